"""A reader asks to join: the request is written down, then Stripe's page is opened."""

from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from members.models import Membership, Plan, Signup
from members.models.user import normalise_email
from members.selling.publishing import coupon_of, price_of, product_of
from members.selling.quoting import Quote, quote
from payments.catalogue import Stock
from payments.checkout import is_usable, prepare_checkout
from payments.checkpoints import reached
from payments.enums import Interval, Purpose
from payments.models import Checkout

if TYPE_CHECKING:
    from members.models import User


def start_signup(
    *,
    plan: Plan,
    amount: int,
    email: str,
    user: "User | None" = None,
    covers_fee: bool = False,
    campaign_code: str = "",
    attribution: dict[str, str] | None = None,
) -> Signup:
    """The open request for this; asked for again, by a second click or tab, it is the same one.

    `amount`: minor units of the plan's currency, at least the plan's; what covers a card's fee is added to it.
    """
    if amount < plan.amount:
        raise ValueError(f"{amount} is less than {plan} costs")
    stock = Stock()
    wanted = quote(plan, amount, covers_fee=covers_fee, stock=stock, is_newcomer=is_newcomer(user))
    asked: dict[str, Any] = {"email": normalise_email(email), "plan": plan, "amount": wanted.amount.amount}
    found = Signup.objects.filter(**asked, is_open=True).select_related("checkout").first()
    if found and is_usable(found.checkout) and found.user == user and _is_as_quoted(found.checkout, wanted):
        return found
    try:
        with transaction.atomic():
            if found:
                # Its page has closed; should it be paid after all, it still counts.
                Signup.objects.filter(pk=found.pk).update(is_open=False)
            return _create(
                wanted,
                stock,
                user=user,
                campaign_code=campaign_code,
                attribution=attribution or {},
                **asked,
            )
    except IntegrityError:
        return Signup.objects.select_related("checkout").filter(**asked).latest("pk")


def is_newcomer(user: "User | None") -> bool:
    """Gets trials and offers. Of somebody who is not signed in we say nothing, and so ask nothing."""
    return user is None or not Membership.objects.filter(user=user).exists()


def _is_as_quoted(checkout: Checkout, wanted: Quote) -> bool:
    return (checkout.first_money, checkout.trial_days) == (wanted.first, wanted.trial_days)


def _create(
    wanted: Quote,
    stock: Stock,
    *,
    plan: Plan,
    amount: int,
    email: str,
    user: "User | None",
    campaign_code: str,
    attribution: dict[str, str],
) -> Signup:
    checkout = prepare_checkout(
        purpose=Purpose.MEMBERSHIP,
        email=email,
        description=plan.tier.name,
        price=wanted.amount,
        first_amount=None if wanted.is_plain else wanted.first.amount,
        interval=Interval(plan.interval),
        user=user,
        trial_days=wanted.trial_days,
        product_id=stock.id_of(product_of(plan.tier)),
        price_id=stock.id_of(price_of(plan)) if wanted.is_plans_own else "",
        coupon_id=stock.id_of(coupon_of(wanted.offer)) if wanted.offer else "",
        terms={
            "tier": plan.tier.slug,
            "campaign": campaign_code,
            "fee": str(wanted.fee.amount) if wanted.fee else "",
            "periods": str(wanted.offer.periods) if wanted.offer else "",
        }
        | attribution,
    )
    signup = Signup.objects.create(
        email=email,
        user=user,
        plan=plan,
        amount=amount,
        checkout=checkout,
        campaign_code=campaign_code,
        attribution=attribution,
    )
    reached("signup.written")
    return signup
