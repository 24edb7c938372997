"""Walks what Stripe has, whether or not an event ever told of it, and records what we lack."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from functools import partial
from itertools import islice
from typing import Any, TypeVar

from django.utils import timezone

from payments import catalogue
from payments.checkpoints import reached
from payments.gateway import listing, reading
from payments.gateway.facts import Snapshot
from payments.gateway.listing import Listed
from payments.models import Checkout, Cursor, Dispute, LedgerEntry, Subscription, UnpaidInvoice
from payments.models.ledger import UNEXPLAINED
from payments.reconciling import polling, unfinished
from payments.reconciling.healing import heal
from payments.reconciling.windows import Progress, Tally, no_progress, share_done, slices
from payments.recording.subscriptions import state_of

CURSOR = "objects"
OVERLAP = timedelta(days=2)
SLICE = timedelta(days=1)
NOT_LISTED = ("customer.deleted",)
"""What only an event tells: no list shows a customer that is gone."""

T = TypeVar("T")


def walk(*, since: datetime | None = None, progress: Progress = no_progress) -> Tally | None:
    """Brings our rows up to all that happened since the last walk (or `since`), and to how unfinished things stand.

    None: another walk is at it. Raises GatewayError where a list cannot be read; what fails for a single object is
    in the tally, and its day is walked again the next time.
    """
    now = timezone.now()
    cursor = Cursor.claim(CURSOR, start=_first_day(now))
    if cursor is None:
        return None
    tally = Tally()
    is_whole = False
    try:
        _walk_days(cursor, since or cursor.read_until - OVERLAP, now, tally, progress)
        _walk_subscriptions(cursor, tally)
        progress("subscriptions", 1, tally)
        _walk_unpaid(cursor, tally)
        unfinished.walk(tally)
        tally.read += catalogue.compare_all()
        progress("unfinished", 1, tally)
        is_whole = not tally.failed
        if is_whole:
            polling.skip_until(now, except_types=NOT_LISTED, tally=tally)
    finally:
        cursor.release(is_finished=is_whole)
    return tally


def _first_day(now: datetime) -> datetime:
    """Nothing of ours is older than our first checkout."""
    first = Checkout.objects.order_by("created_at").values_list("created_at", flat=True).first()
    return min(first or now, now - polling.KEPT_BY_STRIPE)


def _walk_days(cursor: Cursor, start: datetime, now: datetime, tally: Tally, progress: Progress) -> None:
    for day, until in slices(start, now + timedelta(seconds=1), SLICE):
        _walk_movements(cursor, day, until, tally)
        _walk_disputes(day, until, tally)
        reached("walking.recorded")
        if not tally.failed:
            cursor.advance(min(until, now))
        reached("walking.advanced")
        progress("movements", share_done(start, until, now), tally)


def _walk_movements(cursor: Cursor, start: datetime, end: datetime, tally: Tally) -> None:
    for batch in _batches(listing.transactions(start, end)):
        cursor.hold()
        tally.read += len(batch)
        done: set[str] = set()
        for each in _unexplained(batch):
            # What was read for one movement of a charge has explained its others.
            if each.transaction.stripe_id not in done:
                done |= heal(each.transaction.stripe_id, each.read, tally)


def _unexplained(batch: list[Listed]) -> Iterator[Listed]:
    ids = [each.transaction.stripe_id for each in batch]
    entries = LedgerEntry.objects.filter(source__in=ids).exclude(kind__in=UNEXPLAINED)
    explained = set(entries.values_list("source", flat=True))
    return (each for each in batch if each.transaction.stripe_id not in explained)


def _walk_disputes(start: datetime, end: datetime, tally: Tally) -> None:
    """An inquiry moves no money: only here is one found that no event told of."""
    for dispute_id, status, charge_id in listing.disputes(start, end):
        if not Dispute.objects.filter(stripe_id=dispute_id, status=status).exists():
            heal(dispute_id, partial(reading.affairs_of_charge, charge_id), tally)


def _walk_subscriptions(cursor: Cursor, tally: Tally) -> None:
    for batch in _batches(listing.subscriptions()):
        cursor.hold()
        tally.read += len(batch)
        for snapshot in _changed(batch):
            heal(str(snapshot.reference), lambda snapshot=snapshot: snapshot, tally)  # type: ignore[misc]


def _changed(batch: list[Snapshot]) -> Iterator[Snapshot]:
    ids = [each.subscription.stripe_id for each in batch if each.subscription]
    known = {row.stripe_id: row for row in Subscription.objects.filter(stripe_id__in=ids)}
    for each in batch:
        told = each.subscription
        if told and not _is_as(known.get(told.stripe_id), state_of(told)):
            yield each


def _is_as(row: Subscription | None, state: dict[str, Any]) -> bool:
    return row is not None and all(getattr(row, name) == value for name, value in state.items())


def _walk_unpaid(cursor: Cursor, tally: Tally) -> None:
    for batch in _batches(listing.unpaid_invoices()):
        cursor.hold()
        tally.read += len(batch)
        told = [each.unpaid for each in batch if each.unpaid]
        rows = UnpaidInvoice.objects.filter(invoice_id__in=[each.invoice_id for each in told])
        known = set(rows.values_list("invoice_id", "attempts"))
        for each in told:
            if (each.invoice_id, each.attempts) not in known:
                heal(each.invoice_id, partial(reading.snapshot_of_invoice, each.invoice_id), tally)


def _batches(listed: Iterable[T]) -> Iterator[list[T]]:
    iterator = iter(listed)
    while batch := list(islice(iterator, listing.PAGE)):
        yield batch
