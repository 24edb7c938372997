"""Is every payment posted, and what went back of it?"""

from collections.abc import Iterator
from itertools import chain
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from payments.adopting import is_adopted
from payments.checking.findings import Found, book_check
from payments.enums import Account, CheckoutStatus, EntryKind, PayoutStatus, RefundStatus, Standing
from payments.models import (
    BalanceTransaction,
    Checkout,
    Dispute,
    LedgerEntry,
    Payment,
    Payout,
    Refund,
    UnchargedInvoice,
)
from payments.recording.returns import GIVEN_BACK, standing_of

OWED = (
    Account.DEFERRED_MEMBERSHIP,
    Account.GIFT_LIABILITY,
    Account.MEMBERSHIP_REVENUE,
    Account.DONATION_REVENUE,
)
"""Where what a reader paid is: owed, or earned."""


@book_check("payment_unposted")
def unposted() -> Found:
    """A payment without its ledger entry."""
    entries = LedgerEntry.objects.filter(payment=OuterRef("pk"), kind=EntryKind.PAYMENT)
    for payment in Payment.objects.filter(~Exists(entries)):
        yield payment.charge_id, f"{payment} is not in the ledger"


@book_check("payment_owed_differs")
def owed_differs() -> Found:
    """What the ledger owes or has earned for a payment is not what was paid less what went back.

    Of a payment that is not posted, or whose refunds and disputes are not, the checks nearer to the cause tell.
    """
    owed = Q(ledger_entries__postings__account__in=OWED, ledger_entries__postings__currency=F("currency"))
    posted = Q(ledger_entries__kind=EntryKind.PAYMENT)
    sums = Payment.objects.values_list("pk", "charge_id", "amount").annotate(
        told=-Coalesce(Sum("ledger_entries__postings__amount", filter=owed), 0),
        entries=Count("pk", filter=posted),
    )
    suspects = sums.filter(~Q(told=F("amount")) | _has_returns())
    returned, told_elsewhere = _returned(), _with_unbooked_returns()
    for pk, charge_id, amount, told, _ in suspects.exclude(entries=0):
        expected = amount - returned.get(pk, 0)
        if told != expected and pk not in told_elsewhere:
            yield charge_id, f"the ledger has {told} where {expected} of {amount} is left"


def _returned() -> dict[int, int]:
    """What went back of each payment, in its currency, by the rows of its refunds and disputes."""
    refunds = Refund.objects.filter(status__in=GIVEN_BACK).values_list("payment").annotate(Sum("amount"))
    lost = Dispute.objects.filter(status=Dispute.LOST).values_list("payment").annotate(Sum("amount"))
    sums = dict(refunds)
    for payment, amount in lost:
        sums[payment] = sums.get(payment, 0) + amount
    return sums


@book_check("refund_unbooked")
def refund_unbooked() -> Found:
    """A refund whose money has not moved as its status says."""
    for refund, why in _unbooked_refunds():
        yield refund.stripe_id, f"{refund}, {why}"


def _unbooked_refunds() -> Iterator[tuple[Refund, str]]:
    told = Refund.objects.exclude(status=RefundStatus.REQUIRES_ACTION)
    for refund, moved in _with_movements(told):
        is_out = refund.status in GIVEN_BACK
        if (moved < 0) != is_out or moved > 0:
            yield refund, f"but {moved} moved"


@book_check("dispute_unbooked")
def dispute_unbooked() -> Found:
    """A dispute whose money has not moved, or is not written off, as its status says."""
    for dispute, why in _unbooked_disputes():
        yield dispute.stripe_id, f"{dispute}, {why}"


def _unbooked_disputes() -> Iterator[tuple[Dispute, str]]:
    lost_entries = LedgerEntry.objects.filter(kind=EntryKind.DISPUTE_LOST, reversed_by=None)
    written_off = set(lost_entries.values_list("source", flat=True))
    for dispute, moved in _with_movements(Dispute.objects.all()):
        is_lost = dispute.status == Dispute.LOST
        if (moved < 0) != (dispute.is_holding_money or is_lost):
            yield dispute, f"but {moved} moved"
        elif is_lost != (f"{dispute.stripe_id}:lost" in written_off):
            yield dispute, f"and is {'not ' if is_lost else ''}written off"


def _with_movements(rows: QuerySet[Any]) -> Iterator[tuple[Any, int]]:
    """Each row with the sum of what moved for it, in the currency of settlement."""
    ids = rows.values("stripe_id")
    moved = (
        BalanceTransaction.objects.filter(source_id__in=ids).values_list("source_id").annotate(Sum("gross"))
    )
    sums = dict(moved)
    for row in rows.iterator():
        yield row, sums.get(row.stripe_id, 0)


def _has_returns() -> Q:
    refunds, disputes = (model.objects.filter(payment=OuterRef("pk")) for model in (Refund, Dispute))
    return Q(Exists(refunds)) | Q(Exists(disputes))


def _with_unbooked_returns() -> set[int]:
    """Payments of whose refunds or disputes it is told that they are not booked as they stand."""
    unbooked: Iterator[tuple[Refund | Dispute, str]] = chain(_unbooked_refunds(), _unbooked_disputes())
    return {row.payment_id for row, _ in unbooked}


@book_check("refunded_too_much")
def refunded_too_much() -> Found:
    """More went back than was paid."""
    returned = _returned()
    for payment in Payment.objects.filter(pk__in=[pk for pk, amount in returned.items()]):
        if returned[payment.pk] > payment.amount:
            yield payment.charge_id, f"{payment}, and {returned[payment.pk]} went back"


@book_check("standing_wrong")
def standing_wrong() -> Found:
    """What follows from a payment's refunds and disputes has not followed."""
    touched = Payment.objects.filter(~Q(standing=Standing.HELD) | _has_returns())
    told_elsewhere = _with_unbooked_returns()
    for payment in touched.prefetch_related("refunds", "disputes").iterator(chunk_size=1000):
        if payment.standing != (right := standing_of(payment)) and payment.pk not in told_elsewhere:
            yield payment.charge_id, f"{payment} stands {payment.standing} and should stand {right}"


@book_check("checkout_status_wrong")
def checkout_status_wrong() -> Found:
    """A reader who paid reads that they did not, or the other way round."""
    paid = Exists(Payment.objects.filter(checkout=OuterRef("pk")))
    for checkout in Checkout.objects.filter(paid & ~Q(status=CheckoutStatus.PAID)):
        yield str(checkout.reference), f"{checkout} has a payment"
    covered = Exists(UnchargedInvoice.objects.filter(subscription__checkout=OuterRef("pk")))
    unpaid = Checkout.objects.filter(~paid & ~covered & Q(status=CheckoutStatus.PAID))
    # What was sold elsewhere is paid for here from its next renewal on.
    for checkout in (each for each in unpaid.iterator() if not is_adopted(each)):
        yield str(checkout.reference), f"{checkout} has no payment"


@book_check("payout_differs")
def payout_differs() -> Found:
    """What a payout paid out does not add up to it."""
    told = Payout.objects.filter(is_automatic=True, status=PayoutStatus.PAID)
    for payout in told.annotate(
        count=Count("transactions"), off=Coalesce(Sum("transactions__net"), 0)
    ).exclude(off=0):
        # With nothing but itself, Stripe has not told yet what is inside: that is asked for each night.
        if payout.count > 1:
            yield (
                payout.stripe_id,
                f"{payout}: its {payout.count} movements are off by {payout.off} {payout.currency}",
            )
