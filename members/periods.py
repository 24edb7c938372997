"""Pure date arithmetic on half-open periods."""

from datetime import date, datetime

from dateutil.relativedelta import relativedelta
from django.utils import timezone


def add_months(day: date, months: int) -> date:
    """The same day of a later month, or that month's last: 31 January + 1 month is 28 February."""
    return day + relativedelta(months=months)


def day_of(instant: datetime) -> date:
    """The day in the newsroom's zone."""
    return timezone.localdate(instant)


def same_time_months_later(instant: datetime, months: int) -> datetime:
    """The same time of day in the newsroom's zone, so many months on, whatever the clocks do in between."""
    return timezone.localtime(instant) + relativedelta(months=months)
