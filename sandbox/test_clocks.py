"""Test clocks: customers who live by a time of their own, which stands still until it is advanced."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from sandbox import agenda
from sandbox.agenda import falls_due
from sandbox.errors import StripeError
from sandbox.types import Json
from sandbox.work import Work, public

KIND = "test_helpers.test_clock"
KEPT_FOR = 30 * 24 * 60 * 60
GOES_WITH_IT = ("customer", "subscription", "invoice", "invoiceitem", "discount")
"""What is deleted with a clock. Charges and what they moved on the balance stay."""
NAMING = ("customer", "subscription", "invoice", "payment_intent", "charge", "payment_method")
"""Parameters that name somebody, or something of theirs."""


def new_clock(work: Work, frozen_time: int, name: str | None) -> Json:
    """Create a clock that stands at a unix second, in the past or in the future."""
    clock = work.new(
        KIND,
        deletes_after=work.now + KEPT_FOR,
        frozen_time=frozen_time,
        name=name,
        status="ready",
        status_details={},
    )
    work.emit("test_helpers.test_clock.created", clock)
    return clock


def advance(work: Work, clock: Json, to: int) -> Json:
    """Move the clock on, with all that falls due on the way; return it as Stripe answers, still advancing."""
    if to <= clock["frozen_time"]:
        raise StripeError(
            "The clock's frozen time must be later than its current frozen time.", param="frozen_time"
        )
    begun = {"status": "advancing", "status_details": {"advancing": {"target_frozen_time": to}}}
    with work.by(clock):
        clock |= begun | {"frozen_time": to}
        work.save(clock)
        work.emit("test_helpers.test_clock.advancing", clock)
        answer = public(clock)
        agenda.do_due(work, to, clock=clock["id"])
        clock |= {"status": "ready", "status_details": {}}
        work.save(clock)
        work.emit("test_helpers.test_clock.ready", clock)
    return answer


@falls_due(KIND, lambda clock: clock["deletes_after"])
def delete(work: Work, clock: Json) -> Json:
    """Delete the clock and those who live by it, of whom no event tells."""
    for identifier in work.store.living_by(clock["id"]):
        thing = work.find(identifier)
        if thing and thing["object"] in GOES_WITH_IT:
            work.delete(thing)
    work.emit("test_helpers.test_clock.deleted", clock)
    return work.delete(clock)


@contextmanager
def kept(work: Work, params: Json, identifiers: Json) -> Iterator[None]:
    """Do the block's work by the test clock of whom a request is about, if they have one."""
    clock = _named(work, params, identifiers)
    with work.by(clock) if clock else nullcontext():
        yield


def _named(work: Work, params: Json, identifiers: Json) -> Json | None:
    if params.get("test_clock"):
        return work.get(KIND, params["test_clock"], param="test_clock")
    names = [*identifiers.values(), *(params.get(name) for name in NAMING)]
    clocks = (_clock_of(work, work.find(name)) for name in names)
    return next(filter(None, clocks), None)


def _clock_of(work: Work, thing: Json | None) -> Json | None:
    """Return the clock by which an object lives: its own, or that of its customer or charge."""
    if thing is None:
        return None
    own = work.find(thing.get("test_clock") or thing.get("_test_clock"))
    if own:
        return None if own.get("deleted") else own
    owners = (work.find(thing.get(name)) for name in ("customer", "charge"))
    return next(filter(None, (_clock_of(work, owner) for owner in owners)), None)
