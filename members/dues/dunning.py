"""Failed payments: what is written down about them, and on which days their readers are written to."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from members.changes.following import user_of
from members.changes.history import write_change
from members.enums import ActorKind, ChangeKind, MailKind
from members.models import OutgoingMail, User
from members.outbox.mailing import owe_mail
from payments.doorbell import ring
from payments.enums import Debt, Purpose
from payments.fulfilment import chases
from payments.models import Subscription, UnpaidInvoice
from payments.models.unpaid import UnpaidInvoiceQuerySet
from payments.silence import NEWS_LASTS, is_history

DAYS = (0, 3, 7, 14)
"""After the first failure; the last is the last."""
PAYMENT_FAILED = "payment_failed"
"""Stripe's word for why a subscription ended."""


@chases(Purpose.MEMBERSHIP)
def follow_debt(invoice: UnpaidInvoice, before: Debt | None) -> None:
    """Writes down that a renewal failed, and that it was paid after all."""
    user = user_of(invoice.subscription)
    if user is None:
        return
    told = {"amount": invoice.amount, "currency": invoice.currency}
    if before is None:
        transaction.on_commit(lambda: ring("members.tasks.write_to_payers"))
    _write(ChangeKind.PAYMENT_FAILED, invoice, user, invoice.failed_at, told)
    if invoice.state == Debt.RECOVERED and invoice.settled_at:
        _write(ChangeKind.RECOVERED, invoice, user, invoice.settled_at, told)


def address_of(subscription: Subscription) -> str:
    """Where its reader is written to."""
    user = user_of(subscription)
    return user.email if user else subscription.checkout.email


def is_left_alone(subscription: Subscription) -> bool:
    """Its reader has said that they leave or rest: no notice asks them for money or a card."""
    return subscription.is_ending or subscription.is_paused or subscription.is_resting


def stage_of(invoice: UnpaidInvoice, now: datetime) -> int | None:
    """The last of DAYS that has come."""
    come = [day for day in DAYS if invoice.failed_at + timedelta(days=day) <= now]
    return come[-1] if come else None


def owe_notices(now: datetime | None = None) -> int:
    """Owes each mail about a failed payment whose day has come, once; how many were owed."""
    now = now or timezone.now()
    due = (*_failed(now), *_ended(now))
    return owe_each((kind, reference, invoice.subscription) for kind, reference, invoice in due)


def owe_each(due: Iterable[tuple[MailKind, str, Subscription]]) -> int:
    """Owes those that are not owed or sent already; how many. Asks once which they are, however many are due."""
    wanted = {(kind, reference): subscription for kind, reference, subscription in due}
    known = OutgoingMail.objects.filter(
        kind__in={kind for kind, _ in wanted}, reference__in={reference for _, reference in wanted}
    )
    for kind, reference in known.values_list("kind", "reference"):
        wanted.pop((MailKind(kind), reference), None)
    for (kind, reference), subscription in wanted.items():
        with transaction.atomic():
            owe_mail(kind=kind, reference=reference, recipient=address_of(subscription))
    return len(wanted)


def _failed(now: datetime) -> Iterator[tuple[MailKind, str, UnpaidInvoice]]:
    oldest = now - timedelta(days=DAYS[-1]) - NEWS_LASTS
    for invoice in _invoices().open().filter(failed_at__gte=oldest):
        stage = stage_of(invoice, now)
        if stage is None or is_left_alone(invoice.subscription):
            continue
        # What we hear of late is told on the next of its days.
        if not is_history(invoice.failed_at + timedelta(days=stage)):
            yield MailKind.PAYMENT_FAILED, f"{invoice.pk}:{stage}", invoice


def _ended(now: datetime) -> Iterator[tuple[MailKind, str, UnpaidInvoice]]:
    """Those that were lost with their subscription within the day, and memberships whose grace is over today."""
    lost = Q(state=Debt.LOST, settled_at__gte=now - NEWS_LASTS, subscription__ending_reason=PAYMENT_FAILED)
    is_membership = Q(subscription__checkout__purpose=Purpose.MEMBERSHIP)
    for invoice in _invoices().filter(lost | (Q(state=Debt.OPEN) & is_membership)):
        is_over = invoice.grace_ends_on == timezone.localdate(now) and not is_left_alone(invoice.subscription)
        if invoice.state == Debt.LOST or is_over:
            yield MailKind.MEMBERSHIP_LOST, str(invoice.pk), invoice


def _invoices() -> "UnpaidInvoiceQuerySet":
    return UnpaidInvoice.objects.select_related("subscription__checkout", "subscription__customer")


def _write(
    kind: ChangeKind, invoice: UnpaidInvoice, user: User, done_at: datetime, told: dict[str, object]
) -> None:
    write_change(
        key=f"{kind}:{invoice.invoice_id}",
        kind=kind,
        user=user,
        done_at=done_at,
        actor_kind=ActorKind.SYSTEM,
        subscription=invoice.subscription,
        after=told,
    )
