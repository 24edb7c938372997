"""Which tier money buys."""

from members.models import Plan, Signup, Tier
from payments.models import Checkout, Subscription


def tier_of(subscription: Subscription) -> Tier | None:
    """The tier that the subscription renews. None: it is no membership of ours."""
    return tier_bought(
        subscription.checkout,
        product_id=subscription.product_id,
        amount=subscription.amount,
        interval=subscription.interval,
    )


def tier_bought(checkout: Checkout, *, product_id: str, amount: int | None, interval: str) -> Tier | None:
    """By Stripe's product, if that is one of our tiers; else by what was asked for, or by another amount since.

    `amount`: of a whole period, in minor units of the checkout's currency; None if it is not known.
    """
    if tier := Tier.objects.filter(product_id=product_id).exclude(product_id="").first():
        return tier
    signup = Signup.objects.select_related("plan__tier").filter(checkout=checkout).first()
    if signup is None:
        return None
    if amount is None or (amount, interval) == (checkout.amount, checkout.interval):
        return signup.plan.tier
    plan = Plan.objects.for_amount(interval=interval, currency=checkout.currency, amount=amount)
    return plan.tier if plan else signup.plan.tier
