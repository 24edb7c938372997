"""Which tier money buys."""

from collections.abc import Iterable

from django.db.models import Q

from members.models import ImportedProduct, Plan, Signup, Tier
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
    """By Stripe's product, if that is, or stands for, one of our tiers; else by what was asked for, or is paid since.

    `amount`: of a whole period, in minor units of the checkout's currency; None if it is not known.
    """
    named = Q(product_id=product_id) | Q(imported_products__product_id=product_id)
    if product_id and (tier := Tier.objects.filter(named).first()):
        return tier
    signup = Signup.objects.select_related("plan__tier").filter(checkout=checkout).first()
    if signup is None:
        return None
    if amount is None or (amount, interval) == (checkout.amount, checkout.interval):
        return signup.plan.tier
    plan = Plan.objects.for_amount(interval=interval, currency=checkout.currency, amount=amount)
    return plan.tier if plan else signup.plan.tier


def tiers_of(subscriptions: Iterable[Subscription]) -> dict[int, Tier | None]:
    """The same by primary key, in three queries however many they are.

    Each comes with its `checkout__signup__plan__tier` selected.
    """
    by_product: dict[str, Tier | None] = {
        tier.product_id: tier for tier in Tier.objects.exclude(product_id="")
    }
    imported = ImportedProduct.objects.exclude(tier=None).select_related("tier")
    by_product |= {product.product_id: product.tier for product in imported}
    plans = Plan.objects.filter(is_active=True, tier__is_active=True).select_related("tier")
    by_amount = list(plans.order_by("amount"))
    return {each.pk: by_product.get(each.product_id) or _by_amount(each, by_amount) for each in subscriptions}


def _by_amount(subscription: Subscription, plans: list[Plan]) -> Tier | None:
    checkout = subscription.checkout
    signup: Signup | None = getattr(checkout, "signup", None)
    if signup is None or (subscription.amount, subscription.interval) == (checkout.amount, checkout.interval):
        return signup.plan.tier if signup else None
    reached = [
        plan
        for plan in plans
        if (plan.interval, plan.currency) == (subscription.interval, subscription.currency)
        and plan.amount <= subscription.amount
    ]
    return reached[-1].tier if reached else signup.plan.tier
