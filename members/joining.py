"""A reader asks to join: the request is written down, then Stripe's page is opened."""

from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from members.models import Plan, Signup
from members.models.user import normalise_email
from payments.checkout import is_usable, prepare_checkout
from payments.checkpoints import reached
from payments.enums import Interval, Purpose
from payments.money import Money

if TYPE_CHECKING:
    from members.models import User


def start_signup(
    *,
    plan: Plan,
    amount: int,
    email: str,
    user: "User | None" = None,
    campaign_code: str = "",
    attribution: dict[str, str] | None = None,
) -> Signup:
    """The open request for this; asked for again, by a second click or tab, it is the same one.

    `amount`: minor units of the plan's currency, at least the plan's.
    """
    if amount < plan.amount:
        raise ValueError(f"{amount} is less than {plan} costs")
    email = normalise_email(email)
    wanted: dict[str, Any] = {"email": email, "plan": plan, "amount": amount}
    found = Signup.objects.filter(**wanted, is_open=True).select_related("checkout").first()
    if found and is_usable(found.checkout) and found.user == user:
        return found
    try:
        with transaction.atomic():
            if found:
                # Its page has closed; should it be paid after all, it still counts.
                Signup.objects.filter(pk=found.pk).update(is_open=False)
            return _create(**wanted, user=user, campaign_code=campaign_code, attribution=attribution or {})
    except IntegrityError:
        return Signup.objects.select_related("checkout").filter(**wanted).latest("pk")


def _create(
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
        price=Money(amount, plan.currency),
        interval=Interval(plan.interval),
        user=user,
        terms={"tier": plan.tier.slug, "campaign": campaign_code} | attribution,
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
