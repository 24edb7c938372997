"""The inbox of Stripe's events: kept once, processed until done, parked for a person when that fails too often."""

import json
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction

from payments import events, recording
from payments.alarms import clear_alarm, raise_alarm
from payments.checkpoints import reached
from payments.doorbell import ring
from payments.enums import AlarmKind, QueueState
from payments.gateway import signatures
from payments.models import StripeEvent
from payments.models.queue import BATCH, in_words
from payments.models.stripe_event import StripeEventQuerySet

log = structlog.get_logger(__name__)

DRAIN = "payments.tasks.drain_inbox"


class Refused(ValueError):
    """The body is no event of ours: not signed by Stripe, not readable, or of another livemode or account."""


def receive(body: bytes, signature: str) -> int | None:
    """Keeps a signed event; gives its row's id, or None if it was there already. Raises Refused."""
    try:
        signatures.verify(body, signature)
    except signatures.BadSignature as error:
        raise Refused(str(error)) from error
    event = StripeEvent(body=body, **_envelope(body))
    _check_addressee(event)
    if event.type not in events.TYPES:
        # Three of four, where an endpoint is subscribed to all: nobody need come for them.
        event.state, event.processed_at = QueueState.DONE, event.received_at
    pk = StripeEvent.objects.keep(event)
    reached("inbox.kept")
    return pk


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
    names = [envelope["event_id"], envelope["type"], envelope["stripe_account"] or "none"]
    if not all(_is_name(name) for name in names) or not isinstance(envelope["livemode"], bool):
        raise Refused("this is no event")
    return envelope


def _is_name(text: object) -> bool:
    """No database chokes on it: no NUL, no half of a surrogate pair, neither empty nor too long."""
    return isinstance(text, str) and 0 < len(text) <= 100 and text.isprintable()


def _check_addressee(event: StripeEvent) -> None:
    # Stripe names an account only in what comes through Connect, where one endpoint hears of many.
    if event.stripe_account not in ("", settings.STRIPE_ACCOUNT):
        _refuse(event, f"account {event.stripe_account}")
    if event.livemode != settings.STRIPE_LIVEMODE:
        _refuse(event, "live mode" if event.livemode else "test mode")


def _refuse(event: StripeEvent, where: str) -> None:
    """Somebody with our secret posts what is not ours: a setting is wrong, there or here."""
    log.error("stripe_event_refused", event_id=event.event_id, type=event.type, of=where)
    raise_alarm(
        kind=AlarmKind.EVENT_REFUSED, subject=where, message=f"{event} was signed with our webhook secret."
    )
    raise Refused(f"this is an event of {where}")


def process(pk: int) -> bool:
    """Brings our books up to what this event hints at. False: not due, or another worker has it."""
    return drain(StripeEvent.objects.filter(pk=pk)) == 1


def drain(waiting: StripeEventQuerySet | None = None) -> int:
    """Processes what is due, longest waiting first; how many events that were."""
    count = 0
    for event in (StripeEvent.objects.all() if waiting is None else waiting).take():
        _work(event)
        count += 1
        if count == BATCH:
            # There is more than a handful: another worker shall help.
            ring(DRAIN)
    return count


def replay(chosen: StripeEventQuerySet) -> int:
    """Lets the events wait as if they had just come, parked or done; how many. What was recorded stays as it is."""
    with transaction.atomic():
        for event_id in chosen.select_for_update().values_list("event_id", flat=True):
            clear_alarm(kind=AlarmKind.EVENT_PARKED, subject=event_id)
        count = chosen.again()
    ring(DRAIN)
    return count


def _work(event: StripeEvent) -> None:
    reached("inbox.claimed")
    try:
        facts = events.read(event)
        reached("inbox.read")
        with transaction.atomic():
            if facts:
                recording.record(facts)
            event.finish()
            reached("inbox.recorded")
    except Exception as error:
        # Outside the transaction that was rolled back, so that the reason stays.
        _fail(event, error)
    else:
        reached("inbox.done")


def _fail(event: StripeEvent, error: Exception) -> None:
    with transaction.atomic():
        is_parked = event.fail(error)
        if is_parked:
            raise_alarm(
                kind=AlarmKind.EVENT_PARKED,
                subject=event.event_id,
                message=f"{event.type}: {in_words(error)}",
            )
    log.error(
        "stripe_event_failed",
        event_id=event.event_id,
        type=event.type,
        attempts=event.attempts,
        is_parked=is_parked,
        exc_info=error,
    )
