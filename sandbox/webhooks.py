"""Webhooks: which endpoint hears of an event, and a courier that posts them signed, again and again if refused."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
import time
import traceback
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sandbox import clock
from sandbox.ids import token
from sandbox.types import Json

if TYPE_CHECKING:
    from sandbox.store import Store
    from sandbox.work import Work

BACK_OFF = (1, 2, 5, 15, 60, 60, 60, 300, 300, 300)
"""Seconds to the next attempt; Stripe's own run over three days."""
TIMEOUT = 10
IDLE = 0.5
CONFIGURED_ENDPOINT = "we_configured"

IS_UNDELIVERED = (
    "EXISTS (SELECT 1 FROM deliveries d WHERE d.event = objects.id AND NOT EXISTS "
    "(SELECT 1 FROM attempts a WHERE a.event = d.event AND a.url = d.url AND a.status BETWEEN 200 AND 299))"
)
"""SQL about an event: an endpoint has not taken it, be it that it refused or that it was not asked yet."""


def queue(work: Work, event: Json) -> int:
    """Queue the event for every endpoint that listens to its type; return how many do."""
    listening = [endpoint for endpoint in work.every("webhook_endpoint") if _hears(endpoint, event["type"])]
    for endpoint in listening:
        work.store.run(
            "INSERT INTO deliveries (event, type, endpoint, url, due) VALUES (?, ?, ?, ?, ?)",
            event["id"], event["type"], endpoint["id"], endpoint["url"], time.time(),
        )  # fmt: skip
    return len(listening)


def _hears(endpoint: Json, event_type: str) -> bool:
    wanted = endpoint["enabled_events"]
    return endpoint["status"] == "enabled" and ("*" in wanted or event_type in wanted)


def configure(work: Work) -> None:
    """Have the endpoint for all events that the world is given; without one, silence that of an earlier run."""
    url, secret = work.world.webhook or ("", "")
    fields = {
        "url": url,
        "enabled_events": ["*"],
        "status": "enabled",
        "_secret": secret,
        "description": "Configured",
    }
    existing = work.find(CONFIGURED_ENDPOINT)
    if existing:
        work.save(existing | (fields if url else {"status": "disabled"}))
    elif url:
        work.new("webhook_endpoint", id=CONFIGURED_ENDPOINT, **fields)


def new_secret() -> str:
    return f"whsec_{token(32)}"


def signature(payload: bytes, secret: str, at: int) -> str:
    """Return the Stripe-Signature header: HMAC-SHA256 over `{at}.{payload}`."""
    mac = hmac.new(secret.encode(), f"{at}.".encode() + payload, hashlib.sha256)
    return f"t={at},v1={mac.hexdigest()}"


@dataclass(frozen=True)
class Parcel:
    """One event on its way to one endpoint."""

    seq: int
    endpoint: str
    url: str
    secret: str
    attempt: int
    payload: bytes
    ahead: int = 0
    """By how many seconds its signature is dated ahead of real time."""


class Courier:
    """A background thread that delivers what is due: in order to each endpoint, endpoints side by side."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._bell = threading.Event()
        self._is_stopping = False
        self._busy: set[str] = set()
        self._pool = ThreadPoolExecutor(max_workers=4, thread_name_prefix="courier")
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
        self._pool.shutdown(wait=False, cancel_futures=True)

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
            self._pool.submit(self._deliver, endpoint, parcels)

    def _due(self) -> dict[str, list[Parcel]]:
        rounds: dict[str, list[Parcel]] = {}
        with self._store.transaction():
            if is_paused(self._store):
                return {}
            for parcel in _due_parcels(self._store):
                if parcel.endpoint not in self._busy:
                    rounds.setdefault(parcel.endpoint, []).append(parcel)
        return rounds

    def _deliver(self, endpoint: str, parcels: list[Parcel]) -> None:
        try:
            for parcel in parcels:
                if self._is_stopping or not self._is_wanted(parcel):
                    return
                _record(self._store, parcel, post(parcel))
        finally:
            self._busy.discard(endpoint)
            self.wake()

    def _is_wanted(self, parcel: Parcel) -> bool:
        """Look again: meanwhile all may have been paused, forgotten, or the endpoint deleted."""
        with self._store.transaction():
            still = self._store.run("SELECT due FROM deliveries WHERE seq = ?", parcel.seq).fetchone()
            return bool(still and still["due"]) and not is_paused(self._store)


def _due_parcels(store: Store) -> list[Parcel]:
    rows = store.run(
        "SELECT d.seq, d.endpoint, d.url, d.attempt, e.body AS event, w.body AS endpoint_body FROM deliveries d "
        "JOIN objects e ON e.id = d.event JOIN objects w ON w.id = d.endpoint "
        "WHERE d.due <= ? ORDER BY d.due, d.seq LIMIT 100",
        time.time(),
    )
    ahead = clock.signature_offset(store)
    return [
        _parcel(row["seq"], row["attempt"], json.loads(row["event"]), json.loads(row["endpoint_body"]), ahead)
        for row in rows
    ]


def _parcel(seq: int, attempt: int, event: Json, endpoint: Json, ahead: int) -> Parcel:
    event["api_version"] = endpoint.get("api_version") or event["api_version"]
    payload = json.dumps(event, indent=2).encode()
    url, secret = endpoint.get("url", ""), endpoint.get("_secret", "")
    return Parcel(seq, endpoint["id"], url, secret, attempt + 1, payload, ahead)


def post(parcel: Parcel) -> int:
    """Post a parcel and return the HTTP status, 0 if nobody answered. A redirect is a refusal, not a way."""
    at = int(time.time()) + parcel.ahead
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "Stripe-Signature": signature(parcel.payload, parcel.secret, at),
        "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
    }
    try:
        request = urllib.request.Request(parcel.url, parcel.payload, headers)  # noqa: S310 - opener knows http only
        with _OPENER.open(request, timeout=TIMEOUT) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refusal:
        return refusal.code
    except (OSError, ValueError):
        return 0


# No proxy, no redirects, no other schemes.
_OPENER = urllib.request.OpenerDirector()
for _handler in (
    urllib.request.HTTPHandler,
    urllib.request.HTTPSHandler,
    urllib.request.HTTPDefaultErrorHandler,
    urllib.request.HTTPErrorProcessor,
    urllib.request.UnknownHandler,
):
    _OPENER.add_handler(_handler())


def _record(store: Store, parcel: Parcel, status: int) -> None:
    is_delivered = 200 <= status < 300
    is_given_up = parcel.attempt > len(BACK_OFF)
    due = None if is_delivered or is_given_up else time.time() + BACK_OFF[parcel.attempt - 1]
    with store.transaction():
        store.run("UPDATE deliveries SET attempt = ?, due = ? WHERE seq = ?", parcel.attempt, due, parcel.seq)
        store.run(
            "INSERT INTO attempts (event, type, url, attempt, status, at) "
            "SELECT event, type, url, attempt, ?, ? FROM deliveries WHERE seq = ?",
            status, int(time.time()), parcel.seq,
        )  # fmt: skip


def pending(store: Store, event: str) -> int:
    """Count the endpoints that have not yet taken the event."""
    row = store.run(
        "SELECT count(*) AS n FROM deliveries WHERE event = ? AND due IS NOT NULL", event
    ).fetchone()
    return int(row["n"])


def is_paused(store: Store) -> bool:
    row = store.run("SELECT value FROM settings WHERE name = 'webhooks_paused'").fetchone()
    return bool(row and row["value"] == "1")


def pause(store: Store, is_on: bool) -> None:
    """Hold or release delivery; events keep queueing meanwhile."""
    store.run("INSERT OR REPLACE INTO settings VALUES ('webhooks_paused', ?)", str(int(is_on)))


def attempts(store: Store) -> list[Json]:
    """Return every attempt to deliver, oldest first; status 0 means that nobody answered."""
    rows = store.run("SELECT event, type, url, attempt, status, at FROM attempts ORDER BY seq")
    return [dict(row) for row in rows]


def waiting(store: Store) -> int:
    """Count the deliveries that are still to be made or repeated."""
    return int(store.run("SELECT count(*) AS n FROM deliveries WHERE due IS NOT NULL").fetchone()["n"])
