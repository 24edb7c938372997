"""The sandbox's present: real time, moved forward as far as a test wants.

The offset is kept in the store, so that a restarted sandbox still lives in its own time.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from sandbox import agenda

if TYPE_CHECKING:
    from sandbox.store import Store
    from sandbox.work import World

OFFSET, SIGNATURES = "clock_offset", "clock_signatures"
BATCH = 50
"""So many things are done in one transaction: requests get their turn between two."""
BREATH = 0.001


def offset(store: Store) -> int:
    """Return by how many seconds the present is ahead of real time."""
    return int(store.setting(OFFSET) or 0)


def present(store: Store) -> int:
    """Return the sandbox's present in unix seconds."""
    return int(time.time()) + offset(store)


def signature_offset(store: Store) -> int:
    """Return by how many seconds webhooks are signed ahead of real time: not at all, unless asked for."""
    return offset(store) if has_moving_signatures(store) else 0


def has_moving_signatures(store: Store) -> bool:
    return store.setting(SIGNATURES) == "1"


def sign_by_clock(store: Store, is_on: bool) -> None:
    """Date signatures by the sandbox's present, for a receiver that travels with it; or by real time."""
    store.set(SIGNATURES, str(int(is_on)))


def move(world: World, to: int, *, is_silent: bool = False) -> int:
    """Bring the present to `to` (unix seconds) and do on the way what falls due; return how much that was."""
    with world.passing:
        done, is_there = 0, False
        while not is_there:
            with world.transaction(is_silent=is_silent) as work:
                count, last = agenda.do_due(work, to, limit=BATCH)
                is_there = count < BATCH
                reached = to if is_there else max(last, work.now)
                work.store.set(OFFSET, str(reached - int(time.time())))
            done += count
            time.sleep(BREATH)
    return done


def keep_up(world: World) -> None:
    """Do what has fallen due by the present."""
    with world.passing:
        count = BATCH
        while count == BATCH:
            with world.transaction() as work:
                count, _ = agenda.do_due(work, work.now, limit=BATCH)
            time.sleep(BREATH)
