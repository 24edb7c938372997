"""What falls due by the passing of time alone. When an object is due follows from its fields, never from a timer.

The time is worked out anew whenever an object is written, and kept beside it under an index: finding what is next costs
the same with ten subscriptions and with ten thousand.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from sandbox.types import Json

if TYPE_CHECKING:
    from sandbox.work import Work

When = Callable[[Json], int | None]
"""Tells from an object's fields the unix second at which something is next to be done about it, or None."""
Do = Callable[["Work", Json], object]
"""Does it; `work.now` is that second. The object must not be due then any more."""

Doing = TypeVar("Doing", bound=Do)


@dataclass(frozen=True)
class Entry:
    """When objects of a kind are due, and what is done then."""

    when: When
    do: Do


AGENDA: dict[str, Entry] = {}


def falls_due(kind: str, when: When) -> Callable[[Doing], Doing]:
    """Register what is done about objects of a kind at the time that `when` tells."""
    if kind in AGENDA:
        raise LookupError(f"{kind} is on the agenda already")

    def register(do: Doing) -> Doing:
        AGENDA[kind] = Entry(when, do)
        return do

    return register


def due_at(thing: Json) -> int | None:
    """Return when something is next to be done about the object."""
    entry = AGENDA.get(thing["object"])
    return entry.when(thing) if entry and not thing.get("deleted") else None


def do_due(work: Work, until: int, *, clock: str = "", limit: int = sys.maxsize) -> tuple[int, int]:
    """Do what falls due by `until`, the earliest first and each at its own time, at most `limit` things.

    `clock` is the test clock whose objects are meant. Returns how many were done, and when the last was due.
    """
    last = work.now
    for done in range(limit):
        found = work.store.next_due(clock, until)
        if found is None:
            return done, last
        identifier, last = found
        thing = work.find(identifier)
        if thing is not None:
            with work.at(last):
                AGENDA[thing["object"]].do(work, thing)
    return limit, last
