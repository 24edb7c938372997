"""The inbox of Stripe's events: kept once, processed until done, parked for a person when that fails too often."""

import json
from datetime import timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from payments import events, recording
from payments.enums import EventState
from payments.gateway import signatures
from payments.models import StripeEvent

log = structlog.get_logger(__name__)

LEASE = timedelta(minutes=2)
MAX_ATTEMPTS = 8
"""Tries over about two hours; then the event is parked."""


class Refused(ValueError):
    """The body is no event of ours: not signed by Stripe, not readable, or of the other livemode."""


def receive(body: bytes, signature: str) -> int | None:
    """Keeps a signed event; gives its row's id, or None if it was there already. Raises Refused."""
    try:
        signatures.verify(body, signature)
    except signatures.BadSignature as error:
        raise Refused(str(error)) from error
    envelope = _envelope(body)
    if envelope["livemode"] != settings.STRIPE_LIVEMODE:
        log.error("stripe_event_of_other_livemode", event_id=envelope["event_id"])
        raise Refused("this is an event of the other livemode")
    try:
        with transaction.atomic():
            return StripeEvent.objects.create(body=body, **envelope).pk
    except IntegrityError:
        return None


def _envelope(body: bytes) -> dict[str, Any]:
    try:
        event = json.loads(body)
        envelope = {
            "event_id": event["id"],
            "type": event["type"],
            "livemode": event["livemode"],
            "stripe_account": event.get("account") or "",
        }
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise Refused("this is no event") from error
    texts = (envelope["event_id"], envelope["type"], envelope["stripe_account"])
    if not all(_is_name(text) for text in texts):
        raise Refused("this is no event")
    if not isinstance(envelope["livemode"], bool):
        raise Refused("this is no event")
    return envelope


def _is_name(text: object) -> bool:
    """No database chokes on it: no NUL, no half of a surrogate pair, not too long."""
    return isinstance(text, str) and len(text) <= 100 and text.isprintable()


def process(pk: int) -> bool:
    """Claims the event and brings our books up to what it hints at. False: not due, or another holds it."""
    if not _claim(pk):
        return False
    event = StripeEvent.objects.get(pk=pk)
    try:
        snapshot = events.read(event)
        with transaction.atomic():
            if snapshot:
                recording.record(snapshot)
            _mark_done(event)
    except Exception as error:
        # Outside the transaction that was rolled back, so that the reason stays.
        _mark_failed(event, error)
    return True


def due(limit: int = 500) -> list[int]:
    """Ids of the events that wait, oldest first."""
    now = timezone.now()
    return list(StripeEvent.objects.due(now).order_by("next_try_at").values_list("pk", flat=True)[:limit])


def _claim(pk: int) -> bool:
    now = timezone.now()
    claimed = StripeEvent.objects.due(now).filter(pk=pk)
    return bool(claimed.update(lease_until=now + LEASE, attempts=F("attempts") + 1))


def _mark_done(event: StripeEvent) -> None:
    StripeEvent.objects.filter(pk=event.pk).update(
        state=EventState.DONE, processed_at=timezone.now(), lease_until=None, error=""
    )


def _mark_failed(event: StripeEvent, error: Exception) -> None:
    is_last = event.attempts >= MAX_ATTEMPTS
    log.error(
        "stripe_event_failed",
        event_id=event.event_id,
        type=event.type,
        attempts=event.attempts,
        is_parked=is_last,
        exc_info=error,
    )
    # Only if it is still ours: a worker whose lease ran out must not wake what another has finished.
    StripeEvent.objects.filter(pk=event.pk, attempts=event.attempts, state=EventState.PENDING).update(
        state=EventState.PARKED if is_last else EventState.PENDING,
        next_try_at=timezone.now() + timedelta(seconds=min(2 ** (2 * event.attempts - 1), 3600)),
        lease_until=None,
        error=f"{type(error).__name__}: {error}"[:2000],
    )
