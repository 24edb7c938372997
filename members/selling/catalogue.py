"""What is on sale in a place, arranged for the pages that sell it."""

from dataclasses import dataclass
from functools import cached_property

from members.models import Plan, Region
from payments.enums import Interval
from payments.money import Money


@dataclass(frozen=True, slots=True)
class Preset:
    """An amount offered as a choice (`value`: minor units as text), and the tier that it buys."""

    value: str
    label: str
    tier: str


@dataclass(frozen=True)
class Shelf:
    """What can be bought at one interval in a currency: plans from the cheapest up, and the amounts to choose from."""

    currency: str
    plans: list[Plan]
    suggested: list[int]
    wished: int | None
    """The amount that staff want chosen from the start."""

    @property
    def lowest(self) -> Money | None:
        """The least that a membership costs."""
        return self.plans[0].price if self.plans else None

    @cached_property
    def amounts(self) -> list[int]:
        """Minor units, lowest first; none that buys nothing."""
        return sorted(amount for amount in {*self.suggested} if self.plan_for(amount))

    @property
    def presets(self) -> list[Preset]:
        found = ((amount, self.plan_for(amount)) for amount in self.amounts)
        return [
            Preset(str(amount), str(Money(amount, self.currency)), plan.tier.name)
            for amount, plan in found
            if plan
        ]

    @property
    def preselected(self) -> int | None:
        """What is chosen from the start; unless staff say, the second."""
        if self.wished in self.amounts:
            return self.wished
        # Research on reader revenue finds that most keep what is chosen, and few want the least.
        return self.amounts[min(1, len(self.amounts) - 1)] if self.amounts else None

    def plan_for(self, amount: int) -> Plan | None:
        """The highest plan that the amount (minor units) reaches; None below the lowest."""
        return next((plan for plan in reversed(self.plans) if plan.amount <= amount), None)


def shelves(currency: str, region: Region | None = None) -> dict[str, Shelf]:
    """The shelf of each interval. A region's own amounts, where it has some, stand instead of the plans'."""
    on_sale = list(Plan.objects.on_sale(currency).prefetch_related("offers"))
    regional = {row.interval: row for row in region.amounts.all()} if region else {}
    found = {}
    for interval in Interval.values:
        plans = [plan for plan in on_sale if plan.interval == interval]
        own = regional.get(interval)
        suggested = own.suggested_amounts if own else [a for plan in plans for a in plan.suggested_amounts]
        wishes = [own.preselected_amount] if own else [plan.preselected_amount for plan in plans]
        wished = next((wish for wish in wishes if wish), None)
        found[interval] = Shelf(currency, plans, suggested, wished)
    return found


def lowest_price(interval: Interval, currency: str) -> Money | None:
    """The least that a membership costs."""
    plan = Plan.objects.on_sale(currency).filter(interval=interval).first()
    return plan.price if plan else None


def currencies() -> list[str]:
    """The currencies in which memberships are sold, in order of their codes."""
    codes = Plan.objects.filter(is_active=True, tier__is_active=True).values_list("currency", flat=True)
    return sorted(set(codes))


def year_saves(found: dict[str, Shelf]) -> Money | None:
    """What the cheapest year costs less than twelve of the cheapest months; None if nothing."""
    month, year = found[Interval.MONTH].lowest, found[Interval.YEAR].lowest
    if not month or not year or year.amount >= 12 * month.amount:
        return None
    return Money(12 * month.amount - year.amount, month.currency)
