from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta


@dataclass
class Tally:
    """What a run of reconciliation has done so far."""

    read: int = 0
    healed: int = 0
    failed: list[str] = field(default_factory=list)


Progress = Callable[[str, float, Tally], None]
"""Told of a step's name, how much of it is done (0 to 1), and the tally."""


def no_progress(step: str, share: float, tally: Tally) -> None:
    """Nobody watches."""


def slices(start: datetime, end: datetime, length: timedelta) -> Iterator[tuple[datetime, datetime]]:
    """`[start, end)` in consecutive half-open pieces: what a killed run has finished is not read again."""
    while start < end:
        until = min(start + length, end)
        yield start, until
        start = until


def share_done(start: datetime, until: datetime, end: datetime) -> float:
    return 1.0 if end <= start else (until - start) / (end - start)
