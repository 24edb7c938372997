"""Events of the size that Stripe posts, each truly signed, as whole HTTP requests."""

import hmac
import json
import time
from collections.abc import Iterator
from itertools import count
from uuid import uuid4

PATH = "/webhooks/stripe/"
SECRET = "whsec_groundswell_bench"  # noqa: S105  signs play money on loopback only

# A session as Stripe shows it has some seventy keys, most of them empty, and comes to about 3 KB.
_SESSION = {
    "id": "cs_test_bench",
    "object": "checkout.session",
    "amount_total": 1000,
    "currency": "eur",
    "customer": "cus_bench",
    "metadata": {"groundswell_reference": str(uuid4())},
    "custom_text": {"submit": {"message": "Thank you for keeping independent reporting alive. " * 8}},
} | {f"one_of_many_keys_that_are_empty_{number}": None for number in range(50)}


def requests() -> Iterator[bytes]:
    """Without end, another event each time."""
    run = uuid4().hex[:12]
    for number in count():
        yield _request(_body(f"evt_{run}{number}"))


def _body(event_id: str) -> bytes:
    event = {
        "id": event_id,
        "object": "event",
        "api_version": "2026-10-28.endive",
        "created": int(time.time()),
        "data": {"object": _SESSION},
        "livemode": False,
        "pending_webhooks": 1,
        "request": {"id": None, "idempotency_key": None},
        "type": "invoice.paid",
    }
    return json.dumps(event, indent=2).encode()


def _request(body: bytes) -> bytes:
    signed_at = int(time.time())
    signature = hmac.digest(SECRET.encode(), b"%d.%s" % (signed_at, body), "sha256").hex()
    head = [
        f"POST {PATH} HTTP/1.1",
        "Host: 127.0.0.1",
        "Content-Type: application/json; charset=utf-8",
        "User-Agent: Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        f"Stripe-Signature: t={signed_at},v1={signature}",
        f"Content-Length: {len(body)}",
        "Connection: close",
    ]
    return "\r\n".join([*head, "", ""]).encode() + body
