"""Finds the events that no webhook brought."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import islice

from django.utils import timezone

from payments import events
from payments.checkpoints import reached
from payments.gateway import listing
from payments.gateway.facts import ListedEvent
from payments.models import Cursor, StripeEvent
from payments.reconciling.windows import Progress, Tally, no_progress, share_done, slices

CURSOR = "events"
KEPT_BY_STRIPE = timedelta(days=30)
OVERLAP = timedelta(minutes=15)
"""Stripe may list an event a little after its time."""
SLICE = timedelta(hours=12)


def poll_events(*, progress: Progress = no_progress) -> Tally | None:
    """Puts what is new since the last poll into the inbox. None: another poll is at it. Raises GatewayError."""
    now = timezone.now()
    cursor = Cursor.claim(CURSOR, start=now - KEPT_BY_STRIPE)
    if cursor is None:
        return None
    tally = Tally()
    is_finished = False
    try:
        start = max(cursor.read_until - OVERLAP, now - KEPT_BY_STRIPE)
        for since, until in slices(start, now, SLICE):
            take(since, until, events.TYPES, tally)
            reached("polling.taken")
            cursor.advance(until)
            reached("polling.advanced")
            progress("events", share_done(start, until, now), tally)
        is_finished = True
    finally:
        cursor.release(is_finished=is_finished)
    return tally


def skip_until(instant: datetime, *, except_types: Sequence[str], tally: Tally) -> None:
    """A whole walk began at the instant: what events tell of the time before is in our rows, save for these types."""
    cursor = Cursor.claim(CURSOR, start=instant - KEPT_BY_STRIPE)
    if cursor is None:
        return
    try:
        take(max(cursor.read_until - OVERLAP, instant - KEPT_BY_STRIPE), instant, except_types, tally)
        cursor.advance(max(instant, cursor.read_until))
    finally:
        cursor.release(is_finished=True)


def take(since: datetime, until: datetime, types: Sequence[str], tally: Tally) -> None:
    """Keeps the window's events that are not kept yet, to be processed like any other."""
    listed = listing.events(since, until + timedelta(seconds=1), types)
    while batch := list(islice(listed, listing.PAGE)):
        tally.read += len(batch)
        tally.healed += _keep_new(batch)


def _keep_new(batch: Iterable[ListedEvent]) -> int:
    known = set(
        StripeEvent.objects.filter(event_id__in=[event.event_id for event in batch]).values_list(
            "event_id", flat=True
        )
    )
    new = [event for event in batch if event.event_id not in known]
    StripeEvent.objects.bulk_create(
        [
            StripeEvent(
                event_id=event.event_id,
                type=event.type,
                livemode=event.livemode,
                stripe_account=event.stripe_account,
                body=event.body,
            )
            for event in new
        ],
        ignore_conflicts=True,
    )
    return len(new)
