"""Webhooks: which endpoint hears of an event, what is queued for it, and how it is signed."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from typing import TYPE_CHECKING

from sandbox.ids import token
from sandbox.types import Json

if TYPE_CHECKING:
    from sandbox.faults.webhooks import Letter
    from sandbox.store import Store
    from sandbox.work import Work

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
        for copy, letter in enumerate(work.world.faults.webhooks.letters()):
            _post(work.store, event, endpoint, copy, letter)
    return len(listening)


def _post(store: Store, event: Json, endpoint: Json, copy: int, letter: Letter) -> None:
    """A dropped letter is kept with the rest, though it is never due."""
    now = time.time()
    due = None if "drop" in letter.faults else now + letter.delay
    store.run(
        "INSERT INTO deliveries (event, type, endpoint, url, copy, queued, due, lateness, faults) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        event["id"], event["type"], endpoint["id"], endpoint["url"],
        copy, now, due, letter.lateness, json.dumps(letter.faults),
    )  # fmt: skip


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
    rows = store.run("SELECT event, type, url, attempt, status, at, faults FROM attempts ORDER BY seq")
    return [dict(row) | {"faults": json.loads(row["faults"])} for row in rows]


def waiting(store: Store) -> int:
    """Count the deliveries that are still to be made or repeated."""
    return int(store.run("SELECT count(*) AS n FROM deliveries WHERE due IS NOT NULL").fetchone()["n"])
