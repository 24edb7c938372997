"""What somebody who has just joined has from now on, and what they will be charged next."""

from dataclasses import dataclass
from datetime import date

from members.models import Membership, Tier
from payments.models import Checkout
from payments.money import Money


@dataclass(frozen=True, slots=True)
class Beginning:
    """`until`: the first day neither paid for nor free. `next_amount` is taken then; `later` after the offer."""

    tier: Tier
    starts_on: date
    until: date
    is_trial: bool
    next_amount: Money | None
    later: Money | None


def beginning_of(checkout: Checkout) -> Beginning | None:
    """None: nothing was granted for the checkout."""
    granted = Membership.objects.select_related("tier", "subscription").filter(
        subscription__checkout=checkout
    )
    first = granted.order_by("granted_at", "pk").first()
    if first is None:
        return None
    subscription = first.subscription
    is_going_on = subscription is not None and subscription.is_running and not subscription.is_ending
    charges = int(checkout.terms.get("periods") or 1)
    return Beginning(
        tier=first.tier,
        starts_on=first.starts_on,
        until=first.ends_on,
        is_trial=checkout.trial_days > 0,
        next_amount=(checkout.first_money if charges > 1 else checkout.money) if is_going_on else None,
        later=checkout.money if is_going_on and charges > 1 else None,
    )
