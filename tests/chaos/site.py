"""Whose handling of Stripe's events is put to the test: ours, or one that must fail it."""

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol

from django.db import DatabaseError, connections
from kombu.exceptions import OperationalError

from tests.chaos.books import Books
from tests.chaos.fleet import Fleet


class Site(Protocol):
    """`wsgi` and `celery` are what its processes run; `redeemed` are the checkouts of gifts that somebody redeemed."""

    wsgi: str
    celery: str
    redeemed: list[str]
    points: Sequence[str]
    """Of payments/checkpoints.py, those that its workers pass."""
    is_simple: bool
    """Knows cards alone, and no conversion."""

    def set_up(self) -> None:
        """Makes its tables."""

    def take(self, events: list[dict[str, Any]]) -> None:
        """Works these off, one after the other, in this process."""

    def readers(self) -> AbstractContextManager[Any]:
        """What readers do on it while events come in."""

    def done(self) -> int:
        """How many events its workers have worked off. Raises DatabaseError."""

    def drain(self, seconds: float) -> None:
        """Returns when its workers can do no more just now, or when the time is over."""

    def heal(self, fleet: Fleet) -> list[str]:
        """Whatever it has to put right what the storm did; what it says of that."""

    def books(self) -> Books:
        """What it thinks of the money, and what it delivered."""

    def checked(self) -> list[str]:
        """What it finds wrong with itself."""

    def figures(self) -> dict[str, int]:
        """Whatever else is worth telling of the run."""


def look(condition: Callable[[], bool], seconds: float, *, every: float = 0.2) -> None:
    """Until the condition holds, or the time is over; servers that are away for the moment are asked again."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            if condition():
                return
        except (DatabaseError, OperationalError):
            connections.close_all()
        time.sleep(every)
