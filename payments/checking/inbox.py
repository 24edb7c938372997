"""Do we hear Stripe, and do we act on it?"""

from datetime import timedelta

from django.utils import timezone

from payments.checking.findings import Found, book_check
from payments.enums import QueueState
from payments.models import Cursor, StripeEvent
from payments.reconciling import polling

PROCESSED_WITHIN = timedelta(minutes=15)
POLLED_WITHIN = timedelta(minutes=30)


@book_check("inbox_late")
def inbox_late() -> Found:
    """Events that wait for too long."""
    late = StripeEvent.objects.filter(
        state=QueueState.PENDING, received_at__lt=timezone.now() - PROCESSED_WITHIN
    ).order_by("received_at")
    oldest = late.first()
    if oldest:
        yield (
            oldest.event_id,
            f"{late.count()} events wait, the oldest since {oldest.received_at:%Y-%m-%d %H:%M} UTC",
        )


@book_check("event_parked")
def event_parked() -> Found:
    """Events that failed too often."""
    for event in StripeEvent.objects.filter(state=QueueState.PARKED).order_by("received_at").iterator():
        yield event.event_id, f"{event.type} failed {event.attempts} times: {event.error[:200]}"


@book_check("feed_stale")
def feed_stale() -> Found:
    """Nobody looks for events that no webhook brought."""
    cursor = Cursor.objects.filter(name=polling.CURSOR).first()
    if cursor and cursor.finished_at and cursor.finished_at < timezone.now() - POLLED_WITHIN:
        yield polling.CURSOR, f"the last poll for events ended at {cursor.finished_at:%Y-%m-%d %H:%M} UTC"
