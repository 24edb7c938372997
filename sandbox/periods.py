"""Billing periods: the n-th boundary is counted from the anchor, so that 31 January never drifts to the 28th."""

import calendar
from datetime import UTC, datetime, timedelta

from sandbox.types import Json

SPANS = {"day": timedelta(days=1), "week": timedelta(weeks=1)}
MONTHS = {"month": 1, "year": 12}


def boundary(anchor: int, recurring: Json, index: int) -> int:
    """Return the unix second at which period `index` starts; period 0 starts at the anchor."""
    count, interval = recurring["interval_count"] * index, recurring["interval"]
    start = datetime.fromtimestamp(anchor, UTC)
    if interval in SPANS:
        return int((start + SPANS[interval] * count).timestamp())
    return int(_months_later(start, MONTHS[interval] * count).timestamp())


def following(anchor: int, recurring: Json, after: int) -> int:
    """Return the first boundary later than `after`."""
    index = _about(anchor, recurring, after)
    while boundary(anchor, recurring, index) <= after:
        index += 1
    return boundary(anchor, recurring, index)


def _about(anchor: int, recurring: Json, after: int) -> int:
    """Return the index of a boundary close to `after`, not beyond the first that is later."""
    start, end = datetime.fromtimestamp(anchor, UTC), datetime.fromtimestamp(after, UTC)
    interval, count = recurring["interval"], recurring["interval_count"]
    if interval in SPANS:
        return max(int((end - start) / SPANS[interval]) // int(count), 0)
    months = (end.year - start.year) * 12 + end.month - start.month
    return max(months // (MONTHS[interval] * int(count)), 0)


def _months_later(start: datetime, months: int) -> datetime:
    years, month = divmod(start.month - 1 + months, 12)
    last = calendar.monthrange(start.year + years, month + 1)[1]
    return start.replace(year=start.year + years, month=month + 1, day=min(start.day, last))
