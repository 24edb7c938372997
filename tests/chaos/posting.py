"""Stripe's end of the wire: posts events, truly signed, and again until they are taken."""

import hashlib
import hmac
import json
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from typing import Any

HANDS = 6
AGAIN_AFTER = 0.05
PATIENCE = 120
PATH = "/webhooks/stripe/"
TWICE, NEVER = 0.20, 0.05


@dataclass
class Posting:
    """What became of the events; it is read while it goes on."""

    taken: int = 0
    refused: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, is_taken: bool) -> None:
        with self._lock:
            self.taken += is_taken
            self.refused += not is_taken


def as_it_comes(events: list[dict[str, Any]], dice: random.Random) -> list[bytes]:
    """Bodies in no order at all: a part of them twice, and a part never."""
    kept = [event for event in events if dice.random() >= NEVER]
    bodies = [json.dumps(event).encode() for event in kept + dice.sample(kept, int(len(events) * TWICE))]
    dice.shuffle(bodies)
    return bodies


def post_all(bodies: list[bytes], *, port: int, secret: str, posting: Posting) -> None:
    """Returns when every one was taken. Raises TimeoutError if one is refused for too long."""
    with ThreadPoolExecutor(HANDS) as pool:
        list(pool.map(lambda hand: _post(bodies[hand::HANDS], port, secret, posting), range(HANDS)))


def _post(bodies: list[bytes], port: int, secret: str, posting: Posting) -> None:
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    for body in bodies:
        deadline = time.monotonic() + PATIENCE
        while not _is_taken(connection, body, secret):
            posting.count(False)
            if time.monotonic() > deadline:
                raise TimeoutError(f"refused for {PATIENCE} s: {body[:200]!r}")
            time.sleep(AGAIN_AFTER)
        posting.count(True)


def _is_taken(connection: HTTPConnection, body: bytes, secret: str) -> bool:
    headers = {"Content-Type": "application/json", "Stripe-Signature": signature(body, secret)}
    try:
        connection.request("POST", PATH, body, headers)
        answer = connection.getresponse()
        answer.read()
    except (OSError, HTTPException):
        connection.close()
        return False
    return answer.status == 200


def signature(body: bytes, secret: str) -> str:
    at = int(time.time())
    mac = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256)
    return f"t={at},v1={mac.hexdigest()}"
