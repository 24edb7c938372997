"""How much of what failed came in after all: counted by the month in which it failed, and by currency."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from dateutil.relativedelta import relativedelta
from django.db.models import Count, Q, Sum
from django.db.models.functions import Coalesce, TruncMonth
from django.utils import timezone

from payments.enums import Debt
from payments.models import UnpaidInvoice
from payments.money import Money

MONTHS = 12
_STATES = (Debt.OPEN, Debt.RECOVERED, Debt.LOST)
"""What was withdrawn is nobody's failure."""


@dataclass(frozen=True, slots=True)
class Month:
    """Payments that failed first in a month, in one currency: how many, and how much."""

    begins_on: date
    currency: str
    open: int
    recovered: int
    lost: int
    open_amount: int
    recovered_amount: int
    lost_amount: int

    @property
    def failed(self) -> int:
        return self.open + self.recovered + self.lost

    @property
    def recovered_money(self) -> Money:
        return Money(self.recovered_amount, self.currency)

    @property
    def lost_money(self) -> Money:
        return Money(self.lost_amount, self.currency)

    @property
    def rate(self) -> int | None:
        """Percent of the money that is decided; None while none is."""
        decided = self.recovered_amount + self.lost_amount
        return round(100 * self.recovered_amount / decided) if decided else None


def by_month(today: date | None = None) -> list[Month]:
    """The latest MONTHS, newest first."""
    today = today or timezone.localdate()
    first = today.replace(day=1) - relativedelta(months=MONTHS - 1)
    counted = (
        UnpaidInvoice.objects.filter(failed_at__date__gte=first, state__in=_STATES)
        .annotate(month=TruncMonth("failed_at"))
        .values("month", "currency")
        .annotate(**_sums())
        .order_by("-month", "currency")
    )
    return [_month(row) for row in counted]


def open_sums() -> list[Money]:
    """What is owed now, by currency."""
    sums = UnpaidInvoice.objects.filter(state=Debt.OPEN).values_list("currency").annotate(Sum("amount"))
    return [Money(amount, currency) for currency, amount in sums.order_by("currency")]


def totals() -> Iterable[tuple[str, str, int, int]]:
    """State, currency, how many, minor units: of all that ever failed."""
    found = UnpaidInvoice.objects.values_list("state", "currency")
    return found.annotate(Count("pk"), Sum("amount")).order_by("state", "currency")


def _sums() -> dict[str, Any]:
    counts = {str(state): Count("pk", filter=Q(state=state)) for state in _STATES}
    sums = {f"{state}_amount": Coalesce(Sum("amount", filter=Q(state=state)), 0) for state in _STATES}
    return counts | sums


def _month(row: Any) -> Month:
    return Month(begins_on=timezone.localdate(row.pop("month")), **row)
