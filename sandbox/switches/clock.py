"""Move the sandbox's present forward."""

from typing import Any

from sandbox import clock
from sandbox.errors import ParameterError
from sandbox.switching import switch
from sandbox.types import Json
from sandbox.work import Work, World


@switch("POST", "clock", in_steps=True)
def move(world: World, body: Json) -> Json:
    """Move on by `advance` seconds or to the unix second `to`, and say whether signatures follow."""
    with world.transaction() as work:
        if "signatures" in body:
            clock.sign_by_clock(work.store, bool(body["signatures"]))
        to = _target(body, work.now)
    done = clock.move(world, to, is_silent=bool(body.get("silent"))) if to else 0
    with world.transaction() as work:
        return tell(work, body) | {"done": done}


@switch("GET", "clock")
def tell(work: Work, _: Json) -> Json:
    store = work.store
    return {
        "now": work.now,
        "offset": clock.offset(store),
        "signatures": clock.has_moving_signatures(store),
    }


def _target(body: Json, now: int) -> int | None:
    """Return the second to move to, or None to stay."""
    if "advance" in body:
        return now + _whole(body["advance"], "advance")
    if "to" not in body:
        return None
    to = _whole(body["to"], "to")
    if to < now:
        raise ParameterError(f"Time does not run backwards: it is {now} already.", param="to")
    return to


def _whole(value: Any, name: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ParameterError(f"`{name}` must be a whole number of seconds, not negative.", param=name)
    return value
