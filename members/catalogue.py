"""What is on sale in a currency, arranged for the pages that sell it."""

from dataclasses import dataclass

from members.models import Plan
from payments.enums import Interval
from payments.money import Money


@dataclass(frozen=True, slots=True)
class Preset:
    """An amount offered as a choice (`value`: minor units as text), and the tier that it buys."""

    value: str
    label: str
    tier: str


def presets(interval: Interval, currency: str) -> list[Preset]:
    """The suggested amounts of all plans, lowest first."""
    plans = [plan for plan in Plan.objects.on_sale(currency) if plan.interval == interval]
    amounts = sorted({amount for plan in plans for amount in plan.suggested_amounts})
    return [
        Preset(str(amount), str(Money(amount, currency)), _tier_for(amount, plans))
        for amount in amounts
        if amount >= plans[0].amount
    ]


def _tier_for(amount: int, plans: list[Plan]) -> str:
    return [plan.tier.name for plan in plans if plan.amount <= amount][-1]


def lowest_price(interval: Interval, currency: str) -> Money | None:
    """The least that a membership costs."""
    plan = Plan.objects.on_sale(currency).filter(interval=interval).first()
    return plan.price if plan else None


def currencies() -> list[str]:
    """The currencies in which memberships are sold, in order of their codes."""
    codes = Plan.objects.filter(is_active=True, tier__is_active=True).values_list("currency", flat=True)
    return sorted(set(codes))


def year_saves(currency: str) -> Money | None:
    """What the cheapest year costs less than twelve of the cheapest months; None if nothing."""
    month, year = lowest_price(Interval.MONTH, currency), lowest_price(Interval.YEAR, currency)
    if not month or not year or year.amount >= 12 * month.amount:
        return None
    return Money(12 * month.amount - year.amount, currency)
