"""A new card pays what is owed: asked for by a reader who has just put it in, or because Stripe told of it."""

from datetime import datetime

import structlog
from django.db import transaction

from payments import recording
from payments.alarms import clear_alarm, raise_alarm
from payments.checkpoints import reached
from payments.enums import AlarmKind, Collected, Debt, QueueState
from payments.gateway import collecting, reading
from payments.models import CollectionRequest, Subscription, UnpaidInvoice
from payments.models.queue import in_words
from payments.recording.cards import request_collection

log = structlog.get_logger(__name__)


def ask_collection(subscription: Subscription, *, since: datetime) -> CollectionRequest:
    """The request of a reader who left for Stripe's portal at `since` and is back; the same for each look."""
    found = _made(subscription, since)
    if found is None:
        return request_collection(subscription, is_asked=True)
    if found.state == QueueState.PENDING and not found.is_asked:
        CollectionRequest.objects.filter(pk=found.pk).update(is_asked=True)
    return found


def _made(subscription: Subscription, since: datetime) -> CollectionRequest | None:
    made = CollectionRequest.objects.filter(subscription=subscription, created_at__gte=since).order_by("pk")
    found = made.last()
    # Stripe told us first, and we saw no new card: the reader says that there is something to try.
    is_vain = found and found.outcome == Collected.NOTHING and not found.is_asked
    return None if is_vain else found


def drain() -> int:
    """Does what is due, longest waiting first; how many requests that were."""
    return CollectionRequest.objects.work(_work)


def _work(request: CollectionRequest) -> None:
    try:
        _collect(request)
    except Exception as error:
        log.error("not_collected", pk=request.pk, attempts=request.attempts, exc_info=error)
        with transaction.atomic():
            if request.fail(error):
                raise_alarm(
                    kind=AlarmKind.COLLECTION_PARKED,
                    subject=request.subscription.stripe_id,
                    message=in_words(error),
                )


def _collect(request: CollectionRequest) -> None:
    subscription, key = request.subscription, str(request.idempotency_key)
    owed = list(UnpaidInvoice.objects.open().filter(subscription=subscription))
    method_id = collecting.use_new_card(
        subscription.stripe_id, is_asked=request.is_asked, is_owing=bool(owed), key=key
    )
    reached("collecting.card_changed")
    for invoice in owed:
        collecting.pay_invoice(invoice.invoice_id, method_id=method_id, is_asked=request.is_asked, key=key)
    reached("collecting.paid")
    told = [reading.snapshot_of_invoice(invoice.invoice_id) for invoice in owed]
    told.append(reading.snapshot_of_subscription(subscription.stripe_id))
    with transaction.atomic():
        for snapshot in told:
            if snapshot:
                recording.record(snapshot)
        outcome = _outcome([invoice.pk for invoice in owed])
        CollectionRequest.objects.filter(pk=request.pk).update(outcome=outcome)
        request.finish()
        clear_alarm(kind=AlarmKind.COLLECTION_PARKED, subject=subscription.stripe_id)


def _outcome(owed: list[int]) -> Collected:
    """What became of the invoices: the worst of it, for that is what the reader must see to."""
    left = UnpaidInvoice.objects.open().filter(pk__in=owed)
    if left.filter(needs_confirmation=True).exists():
        return Collected.CONFIRM
    if left.exists():
        return Collected.DECLINED
    paid = UnpaidInvoice.objects.filter(pk__in=owed, state=Debt.RECOVERED)
    return Collected.PAID if paid.exists() else Collected.NOTHING
