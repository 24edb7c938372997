"""What somebody who has a membership may change it to."""

from dataclasses import dataclass

from members.models import Plan, Tier
from payments.enums import Interval
from payments.models import Subscription
from payments.money import Money, to_decimal


@dataclass(frozen=True, slots=True)
class Choice:
    """A plan in the subscription's currency. `price`: what it costs unless the reader gives more; of what they have
    already, what they pay. `floor`: the least that they may write."""

    plan: Plan
    price: Money
    floor: Money
    is_current: bool

    @property
    def typed(self) -> str:
        """The least, as somebody would write it into the form."""
        return f"{to_decimal(self.floor.amount, self.floor.currency):f}"


def choices_for(subscription: Subscription, tier: Tier | None) -> list[Choice]:
    """All that is on sale in the currency, by tier, the month before the year; and what they have, on sale or not."""
    plans = Plan.objects.filter(currency=subscription.currency).select_related("tier")
    # Of archived ones, what they have is told by the latest, unless one is on sale.
    latest = plans.order_by("tier__position", "tier", "interval", "is_active", "pk")
    one_each = {(plan.tier_id, plan.interval): plan for plan in latest}
    found = [_choice(plan, subscription, tier) for plan in one_each.values()]
    return [each for each in found if each.is_current or (each.plan.is_active and each.plan.tier.is_active)]


def cheaper(subscription: Subscription, choices: list[Choice]) -> Choice | None:
    """The cheapest that takes less each time than now, at the same interval."""
    same = [each for each in choices if each.plan.interval == subscription.interval]
    least = min(same, key=lambda each: each.floor.amount, default=None)
    return least if least and least.floor.amount < subscription.amount else None


def yearly(subscription: Subscription, tier: Tier | None, choices: list[Choice]) -> Choice | None:
    """The year of the same tier, if it costs less than twelve of the months that are paid now."""
    if subscription.interval != Interval.MONTH:
        return None
    same = [each for each in choices if each.plan.tier == tier and each.plan.interval == Interval.YEAR]
    return next((each for each in same if each.price.amount < 12 * subscription.amount), None)


def _choice(plan: Plan, subscription: Subscription, tier: Tier | None) -> Choice:
    is_current = plan.tier == tier and plan.interval == subscription.interval
    if not is_current:
        return Choice(plan, plan.price, plan.price, is_current)
    # Who has an old price keeps it, and may give more without being raised to the new one.
    floor = Money(min(plan.amount, subscription.amount), plan.currency)
    return Choice(plan, subscription.money, floor, is_current)
