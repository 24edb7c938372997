"""A courier that posts what is queued, signed, again and again if refused."""

import json
import sqlite3
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from math import inf
from random import Random
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from sandbox import clock
from sandbox.faults.damage import damaged
from sandbox.faults.keys import grown
from sandbox.store import Store
from sandbox.types import Json
from sandbox.webhooks import is_paused, signature
from sandbox.work import World

BACK_OFF = (1, 2, 5, 15, 60, 60, 60, 300, 300, 300)
"""Seconds to the next attempt; Stripe's own run over three days."""
TIMEOUT = 10
IDLE = 0.5
ROUND = 100
QUIET = 0.25
"""Seconds without a new delivery, after which late ones wait for no more that could overtake them."""
AT_FIRST = frozenset(["corrupt", "twice_at_once"])
"""Faults that do not strike again when a delivery is repeated."""


@dataclass(frozen=True)
class Parcel:
    """One event on its way to one endpoint; `faults` are those that strike at this attempt."""

    seq: int
    endpoint: str
    url: str
    secret: str
    attempt: int
    payload: bytes
    faults: Json
    ahead: int = 0
    """By how many seconds its signature is dated ahead of real time."""


class Courier:
    """A background thread that delivers what is due: in order to each endpoint, endpoints side by side.

    Faults can change the order, and have several deliveries to one endpoint under way at once.
    """

    def __init__(self, world: World) -> None:
        self._store = world.store
        self._faults = world.faults
        self._bell = threading.Event()
        self._is_stopping = False
        self._busy: set[str] = set()
        self._thread = threading.Thread(target=self._run, name="courier", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        """Look at once; something was committed."""
        self._bell.set()

    def stop(self) -> None:
        """End without waiting for endpoints that hang; what is not delivered stays queued."""
        self._is_stopping = True
        self.wake()
        self._thread.join(timeout=1)

    def _run(self) -> None:
        while not self._is_stopping:
            self._bell.clear()
            try:
                self._send_out()
            except Exception:  # noqa: BLE001 - one bad round must not end all deliveries
                traceback.print_exc()
            self._bell.wait(IDLE)

    def _send_out(self) -> None:
        for endpoint, parcels in self._due().items():
            self._busy.add(endpoint)
            _in_background(self._deliver, endpoint, deque(parcels))

    def _due(self) -> dict[str, list[Parcel]]:
        rounds: dict[str, list[Parcel]] = {}
        with self._store.transaction():
            if is_paused(self._store):
                return {}
            for parcel in due_parcels(self._store, self._busy):
                rounds.setdefault(parcel.endpoint, []).append(parcel)
        return rounds

    def _deliver(self, endpoint: str, parcels: deque[Parcel]) -> None:
        others = min(self._faults.webhooks.parallel, len(parcels)) - 1
        try:
            helpers = [_in_background(self._work_off, parcels) for _ in range(others)]
            self._work_off(parcels)
            for helper in helpers:
                helper.join()
        finally:
            self._busy.discard(endpoint)
            self.wake()

    def _work_off(self, parcels: deque[Parcel]) -> None:
        with suppress(IndexError):
            while self._hand_over(parcels.popleft()):
                pass

    def _hand_over(self, parcel: Parcel) -> bool:
        """Deliver; return False if there is nothing more to do in this round."""
        if self._is_stopping or not self._is_wanted(parcel):
            return False
        _record(self._store, parcel, _posted(parcel))
        return True

    def _is_wanted(self, parcel: Parcel) -> bool:
        """Look again: meanwhile all may have been paused, forgotten, or the endpoint deleted."""
        with self._store.transaction():
            still = self._store.run("SELECT due FROM deliveries WHERE seq = ?", parcel.seq).fetchone()
            return bool(still and still["due"]) and not is_paused(self._store)


def _in_background(function: Callable[..., None], *arguments: Any) -> threading.Thread:
    """Run it in a thread that does not keep the process from ending."""
    thread = threading.Thread(target=function, args=arguments, name="courier", daemon=True)
    thread.start()
    return thread


def due_parcels(store: Store, busy: set[str]) -> list[Parcel]:
    """Return what may leave now, in turn, save to endpoints that are busy; the caller holds a transaction."""
    newest = store.run("SELECT seq, queued FROM deliveries ORDER BY seq DESC LIMIT 1").fetchone()
    if newest is None:
        return []
    now = time.time()
    # A late one leaves when none can be queued any more that would overtake it.
    last = newest["seq"] if newest["queued"] > now - QUIET else inf
    rows = store.run(
        "SELECT d.seq, d.attempt, d.faults, e.body AS event, w.body AS endpoint FROM deliveries d "
        "JOIN objects e ON e.id = d.event JOIN objects w ON w.id = d.endpoint "
        "WHERE d.due <= ? AND d.seq + d.lateness <= ? AND d.endpoint NOT IN (SELECT value FROM json_each(?)) "
        "ORDER BY d.seq + d.lateness LIMIT ?",
        now, last, json.dumps(list(busy)), ROUND,
    )  # fmt: skip
    ahead = clock.signature_offset(store)
    return [_parcel(row, ahead) for row in rows]


def _parcel(row: sqlite3.Row, ahead: int) -> Parcel:
    event, endpoint, faults = (json.loads(row[name]) for name in ("event", "endpoint", "faults"))
    event["api_version"] = endpoint.get("api_version") or event["api_version"]
    if "unknown_keys" in faults:
        event = grown(event, Random(faults["unknown_keys"]))  # noqa: S311 - chance without secrets
    if row["attempt"]:
        faults = {name: detail for name, detail in faults.items() if name not in AT_FIRST}
    return Parcel(
        seq=row["seq"],
        endpoint=endpoint["id"],
        url=endpoint.get("url", ""),
        secret=endpoint.get("_secret", ""),
        attempt=row["attempt"] + 1,
        payload=json.dumps(event, indent=2).encode(),
        faults=faults,
        ahead=ahead,
    )


def _posted(parcel: Parcel) -> list[int]:
    """Post a parcel once, or twice at once, and return each HTTP status."""
    if "twice_at_once" not in parcel.faults:
        return [post(parcel)]
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(post, [parcel, parcel]))


def post(parcel: Parcel) -> int:
    """Post a parcel and return the HTTP status, 0 if nobody answered. A redirect is a refusal, not a way."""
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Stripe-Signature": signature(parcel.payload, parcel.secret, int(time.time()) + parcel.ahead),
        "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        "Connection": "close",
    }
    address = urlsplit(parcel.url)
    target = urlunsplit(("", "", address.path or "/", address.query, ""))
    try:
        with closing(_CONNECTIONS[address.scheme](address.netloc, timeout=TIMEOUT)) as connection:
            connection.request("POST", target, damaged(parcel.payload, parcel.faults.get("corrupt")), headers)
            return int(connection.getresponse().status)
    except (OSError, HTTPException, KeyError, ValueError):
        return 0


_CONNECTIONS = {"http": HTTPConnection, "https": HTTPSConnection}


def _record(store: Store, parcel: Parcel, statuses: list[int]) -> None:
    is_delivered = any(200 <= status < 300 for status in statuses)
    is_given_up = parcel.attempt > len(BACK_OFF)
    due = None if is_delivered or is_given_up else time.time() + BACK_OFF[parcel.attempt - 1]
    with store.transaction():
        store.run("UPDATE deliveries SET attempt = ?, due = ? WHERE seq = ?", parcel.attempt, due, parcel.seq)
        for status in statuses:
            store.run(
                "INSERT INTO attempts (event, type, url, attempt, status, at, faults) "
                "SELECT event, type, url, attempt, ?, ?, ? FROM deliveries WHERE seq = ?",
                status, int(time.time()), json.dumps(sorted(parcel.faults)), parcel.seq,
            )  # fmt: skip
