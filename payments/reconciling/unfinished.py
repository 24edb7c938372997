"""Rows of ours that are still waiting for something to happen at Stripe, asked for one by one."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from payments.enums import CheckoutStatus, PayoutStatus, RefundStatus, Rest
from payments.gateway import reading
from payments.gateway.facts import Facts
from payments.models import (
    BalanceTransaction,
    Checkout,
    Dispute,
    LedgerEntry,
    Payment,
    Payout,
    Refund,
    Subscription,
    UnchargedInvoice,
    UnpaidInvoice,
)
from payments.reconciling.healing import heal
from payments.reconciling.windows import Tally

SETTLED_AFTER = timedelta(minutes=10)
"""Younger than this, an event is likely on its way."""

Question = tuple[str, Callable[[], Facts | None]]


def walk(tally: Tally) -> None:
    """Brings each up to what Stripe says now."""
    for questions in (_checkouts, _unpaid, _uncovered, _refunds, _disputes, _payouts, _movements):
        for subject, read in questions():
            tally.read += 1
            heal(subject, read, tally)


def _checkouts() -> Iterator[Question]:
    old = timezone.now() - SETTLED_AFTER
    waiting = Checkout.objects.filter(
        status__in=[CheckoutStatus.OPEN, CheckoutStatus.PENDING], session_id__isnull=False, created_at__lt=old
    )
    for session_id in waiting.values_list("session_id", flat=True).iterator():
        yield str(session_id), partial(reading.snapshot_of_session, str(session_id))


def _unpaid() -> Iterator[Question]:
    for invoice_id in UnpaidInvoice.objects.open().values_list("invoice_id", flat=True).iterator():
        yield invoice_id, partial(reading.snapshot_of_invoice, invoice_id)


def _uncovered() -> Iterator[Question]:
    """Subscriptions that go on, and of whose period we have heard neither a payment nor why there is none."""
    ends = {"subscription": OuterRef("pk"), "period_end__gte": OuterRef("current_period_end")}
    running = (
        Subscription.objects.filter(status__in=["active", "trialing"], is_paused=False)
        .exclude(status="trialing", rest__in=Rest.values)
        .filter(~Exists(Payment.objects.filter(**ends)), ~Exists(UnchargedInvoice.objects.filter(**ends)))
    )
    for subscription_id in running.values_list("stripe_id", flat=True).iterator():
        yield subscription_id, partial(reading.snapshot_of_latest_invoice, subscription_id)


def _refunds() -> Iterator[Question]:
    waiting = Refund.objects.filter(status__in=[RefundStatus.PENDING, RefundStatus.REQUIRES_ACTION])
    for refund_id, charge_id in waiting.values_list("stripe_id", "payment__charge_id"):
        yield refund_id, partial(reading.affairs_of_charge, charge_id)


def _disputes() -> Iterator[Question]:
    for dispute_id, charge_id in Dispute.objects.open().values_list("stripe_id", "payment__charge_id"):
        yield dispute_id, partial(reading.affairs_of_charge, charge_id)


def _payouts() -> Iterator[Question]:
    """On their way; or sent, and Stripe has not told what is inside."""
    members = BalanceTransaction.objects.filter(payout=OuterRef("pk")).exclude(
        source_id=OuterRef("stripe_id")
    )
    waiting = Payout.objects.filter(
        Q(status__in=[PayoutStatus.PENDING, PayoutStatus.IN_TRANSIT])
        | (Q(status=PayoutStatus.PAID, is_automatic=True) & ~Exists(members))
    )
    for payout_id in waiting.values_list("stripe_id", flat=True):
        yield payout_id, partial(reading.facts_of_payout, payout_id)


def _movements() -> Iterator[Question]:
    """Kept because a payout named them, and not explained by anything since."""
    entries = LedgerEntry.objects.filter(source=OuterRef("stripe_id"), livemode=OuterRef("livemode"))
    for transaction_id in (
        BalanceTransaction.objects.filter(~Exists(entries)).values_list("stripe_id", flat=True).iterator()
    ):
        yield transaction_id, partial(reading.affairs_of_transaction, transaction_id)
