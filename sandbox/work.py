"""One request's view of the world: its time, its identity, and the objects it reads and writes."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from sandbox import agenda, clock, ids, webhooks
from sandbox.errors import StripeError, no_such
from sandbox.faults import Faults
from sandbox.spec.description import fields_of
from sandbox.spec.skeletons import skeleton
from sandbox.store import Store
from sandbox.types import Json

API_VERSION = "2026-10-28.endive"
"""What an account of today pins, and what `stripe` 16 speaks."""


@dataclass(frozen=True)
class World:
    """What every unit of work shares: where objects live, where pages are, who takes the money."""

    store: Store
    base_url: str
    business_name: str
    webhook: tuple[str, str] | None = None
    """Address and secret of an endpoint that is there from the start."""
    passing: threading.Lock = field(default_factory=threading.Lock)
    """Held by whoever lets time pass: one at a time."""
    faults: Faults = field(default_factory=Faults)

    @contextmanager
    def transaction(self, **fields: Any) -> Iterator["Work"]:
        """Do a unit of work at the present second; all of it is committed, or nothing."""
        with self.store.transaction():
            work = Work(self, clock.present(self.store), **fields)
            yield work
            work.flush()


@dataclass
class Work:
    """A unit of work inside one store transaction.

    `now` is the only clock: objects are created at it, so that a test clock or a replayed history can set it.
    The same object read twice is the same dict, so that no writer overwrites another's change. Saved objects are
    written out when the store is next asked for, once however often they were saved.
    """

    world: World
    now: int
    request_id: str | None = None
    idempotency_key: str | None = None
    api_version: str = API_VERSION
    is_silent: bool = False
    is_rehearsal: bool = False
    """Nothing of it will have happened: no event tells."""
    test_clock: str | None = None
    """The test clock whose customer the work is about; `now` is its time then, and not the present."""
    present: int = 0
    _seen: dict[str, Json] = field(default_factory=dict)
    _unwritten: dict[str, Json] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.present = self.now

    @property
    def store(self) -> Store:
        """The store, with everything saved so far in it."""
        self.flush()
        return self.world.store

    @property
    def base_url(self) -> str:
        return self.world.base_url

    def new(self, kind: str, **fields: Any) -> Json:
        """Create and store an object; names that Stripe's schema does not know must start with an underscore."""
        thing = self.draft(kind, **fields)
        self.save(thing)
        return thing

    def draft(self, kind: str, **fields: Any) -> Json:
        """Shape an object without storing it, for the ones that live inside others."""
        unknown = {name for name in fields if not name.startswith("_")} - fields_of(kind)
        if unknown:
            raise LookupError(f"Stripe's {kind} has no {unknown}")
        return skeleton(kind) | {"id": ids.new_id(kind), "object": kind} | self._birth(kind) | fields

    def _birth(self, kind: str) -> Json:
        born = {"created": self.now, "livemode": False, "test_clock": self.test_clock}
        known = {name: value for name, value in born.items() if name in fields_of(kind)}
        is_on_agenda = kind in agenda.AGENDA and "test_clock" not in known
        return known | ({"_test_clock": self.test_clock} if is_on_agenda else {})

    def save(self, thing: Json) -> None:
        """Keep an object as it will be when the unit of work next looks or ends."""
        self._seen[thing["id"]] = self._unwritten[thing["id"]] = thing

    def flush(self) -> None:
        """Write what was saved."""
        for thing in self._unwritten.values():
            self.world.store.put(thing["object"], thing, due=agenda.due_at(thing))
        self._unwritten.clear()

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Undo the block's writes if it is refused, unless the refusal keeps its state.

        Objects read before are stale after an undone attempt: read them again.
        """
        with self.store.savepoint():
            try:
                yield
            except StripeError as refusal:
                if not refusal.keeps_state:
                    self._seen.clear()
                    self._unwritten.clear()
                self.flush()
                raise
            self.flush()

    @contextmanager
    def rehearsal(self) -> Iterator[None]:
        """Do the block's work and undo it. What it read is stale afterwards."""
        before, self.is_rehearsal = self.is_rehearsal, True
        try:
            with suppress(_Undone), self.store.savepoint():
                yield
                raise _Undone
        finally:
            self.is_rehearsal = before
            self._seen.clear()
            self._unwritten.clear()

    def find(self, identifier: Any) -> Json | None:
        """Return an object of any kind by its id, deleted ones included."""
        if not isinstance(identifier, str):
            return None
        if identifier not in self._seen:
            found = self.world.store.read(identifier)
            if found is None:
                return None
            self._seen[identifier] = found
        return self._seen[identifier]

    def get(self, kind: str, identifier: Any, *, param: str = "id") -> Json:
        """Return an object of this kind; raise Stripe's 404 if there is none or it was deleted."""
        thing = self.find(identifier)
        if thing is None or thing["object"] != kind or thing.get("deleted"):
            raise no_such(kind, str(identifier), param)
        return thing

    def every(self, kind: str, **fields: Any) -> list[Json]:
        """Return all objects of a kind with these field values, oldest first."""
        return [self._met(*row) for row in self.store.where(kind, **fields)]

    def _met(self, identifier: str, body: str) -> Json:
        if identifier not in self._seen:
            self._seen[identifier] = json.loads(body)
        return self._seen[identifier]

    def delete(self, thing: Json) -> Json:
        """Leave a tombstone, which is what Stripe answers from then on."""
        tombstone = {"id": thing["id"], "object": thing["object"], "deleted": True}
        self.save(tombstone)
        return tombstone

    def emit(self, event_type: str, thing: Json, previous: Json | None = None) -> None:
        """Record an event about the object as it is now; queue its deliveries unless the work is silent."""
        if self.is_rehearsal or not self.world.faults.webhooks.lets_happen():
            return
        data: Json = {"object": visible(thing)} | ({"previous_attributes": previous} if previous else {})
        event = self.draft(
            "event", type=event_type, api_version=API_VERSION, data=data, request=self._origin(),
            created=self.present if self.test_clock else self.now,
        )  # fmt: skip
        event["pending_webhooks"] = 0 if self.is_silent else webhooks.queue(self, event)
        self.world.store.put(
            "event", event
        )  # written at once, so later changes to the object do not reach it

    def _origin(self) -> Json:
        return {"id": self.request_id, "idempotency_key": self.idempotency_key}

    @contextmanager
    def by(self, clock: Json) -> Iterator[None]:
        """Do the block's work by a test clock: objects are dated and kept by it, events by the present."""
        before, self.test_clock = self.test_clock, clock["id"]
        try:
            with self.at(clock["frozen_time"]):
                yield
        finally:
            self.test_clock = before

    @contextmanager
    def at(self, now: int) -> Iterator[None]:
        """Do the block's work as if it were another time (unix seconds)."""
        before, self.now = self.now, now
        try:
            yield
        finally:
            self.now = before


class _Undone(Exception):
    """Ends a rehearsal."""


def visible(thing: Json) -> Json:
    """Return the object without what only the sandbox knows; its inner parts are shared."""
    return {key: value for key, value in thing.items() if not key.startswith("_")}


def public(thing: Json) -> Json:
    """Return a detached copy without what only the sandbox knows."""
    copy: Json = json.loads(json.dumps(visible(thing)))
    return copy
