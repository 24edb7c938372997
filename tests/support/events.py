"""Events as Stripe posts them: real bytes with a real signature."""

import json
import time
from itertools import count

import stripe
from django.conf import settings

WEBHOOK = "/webhooks/stripe/"
_numbers = count(1)


def event_body(
    kind: str = "checkout.session.completed",
    object_id: str = "cs_1",
    *,
    event_id: str | None = None,
    **fields: object,
) -> bytes:
    """The bytes of an event about the object."""
    event = {
        "id": event_id or f"evt_{next(_numbers)}",
        "object": "event",
        "type": kind,
        "livemode": False,
        "data": {"object": {"id": object_id, "object": "anything"}},
        **fields,
    }
    return json.dumps(event).encode()


def sign(body: bytes, *, secret: str | None = None, at: float | None = None) -> str:
    """Stripe's header for the bytes, which must be UTF-8."""
    return stripe.WebhookSignature.generate_signature_header(
        body.decode(), secret or settings.STRIPE_WEBHOOK_SECRETS[0], timestamp=int(at or time.time())
    )


def post_event(client, body: bytes, *, signature: str | None = None, **extra: object):
    """Posts the bytes to our webhook, signed as Stripe would unless a signature is given."""
    header = sign(body) if signature is None else signature
    return client.post(
        WEBHOOK, data=body, content_type="application/json", headers={"Stripe-Signature": header}, **extra
    )
