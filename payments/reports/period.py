from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from django.db.models import Q


@dataclass(frozen=True, slots=True)
class Period:
    """The half-open days `[start_on, end_on)`, in UTC; None: since ever, until now."""

    start_on: date | None = None
    end_on: date | None = None

    def __post_init__(self) -> None:
        if self.start_on and self.end_on and self.start_on >= self.end_on:
            raise ValueError(f"{self.start_on} is not before {self.end_on}")

    def before(self, field: str) -> Q:
        """Rows whose `field` is earlier than the period: what it opens with."""
        return Q(**{f"{field}__lt": _midnight(self.start_on)}) if self.start_on else Q(pk__in=[])

    def until_end(self, field: str) -> Q:
        """Rows whose `field` is earlier than the end of the period."""
        return Q(**{f"{field}__lt": _midnight(self.end_on)}) if self.end_on else Q()

    def within(self, field: str) -> Q:
        """Rows whose `field` is in the period."""
        started = Q(**{f"{field}__gte": _midnight(self.start_on)}) if self.start_on else Q()
        return started & self.until_end(field)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
