"""Is the ledger itself whole?"""

from datetime import timedelta

from django.db.models import Count, Exists, F, OuterRef, Subquery, Sum
from django.utils import timezone

from payments.checking.findings import Found, book_check
from payments.enums import Account, EntryKind
from payments.models import BalanceTransaction, LedgerEntry, Posting
from payments.money import Money

EXPLAINED_WITHIN = timedelta(minutes=15)
_OF_STRIPE = (
    EntryKind.PAYMENT,
    EntryKind.REFUND,
    EntryKind.REFUND_FAILED,
    EntryKind.DISPUTE,
    EntryKind.DISPUTE_REVERSED,
    EntryKind.PAYOUT,
    EntryKind.PAYOUT_FAILED,
    EntryKind.FEE,
    EntryKind.UNALLOCATED,
)
"""Kinds whose source is a balance transaction."""


@book_check("entry_unbalanced")
def unbalanced() -> Found:
    """Debits and credits differ."""
    off = Posting.objects.values("entry", "entry__source", "currency").annotate(off=Sum("amount"))
    for row in off.exclude(off=0):
        yield (
            f"entry {row['entry']}",
            f"{row['entry__source']} does not balance: off by {row['off']} {row['currency']}",
        )


@book_check("entry_without_lines")
def without_lines() -> Found:
    """An entry says that money moved, and not from where to where."""
    for entry in LedgerEntry.objects.annotate(lines=Count("postings")).filter(lines__lt=2):
        yield f"entry {entry.pk}", f"{entry} has {entry.lines} lines"


@book_check("movement_unexplained")
def unexplained() -> Found:
    """Money moved at Stripe, we know of it, and no entry says so."""
    entries = LedgerEntry.objects.filter(source=OuterRef("stripe_id"), livemode=OuterRef("livemode"))
    old = BalanceTransaction.objects.filter(recorded_at__lt=timezone.now() - EXPLAINED_WITHIN)
    for movement in old.filter(~Exists(entries)):
        yield movement.stripe_id, f"{movement} has no ledger entry"


@book_check("entry_without_movement")
def without_movement() -> Found:
    """An entry says that money moved at Stripe, and Stripe did not."""
    movements = BalanceTransaction.objects.filter(stripe_id=OuterRef("source"), livemode=OuterRef("livemode"))
    for entry in LedgerEntry.objects.filter(kind__in=_OF_STRIPE).filter(~Exists(movements)):
        yield f"entry {entry.pk}", f"{entry} rests on no balance transaction"


@book_check("movement_differs")
def differing() -> Found:
    """The entries of a movement change Stripe's balance by another amount than it did."""
    posted = Posting.objects.filter(
        account=Account.STRIPE_BALANCE,
        entry__source=OuterRef("stripe_id"),
        entry__livemode=OuterRef("livemode"),
        currency=OuterRef("currency"),
    )
    total = posted.order_by().values("entry__source").annotate(total=Sum("amount")).values("total")
    movements = BalanceTransaction.objects.annotate(posted=Subquery(total)).exclude(net=0)
    for movement in movements.exclude(posted=None).exclude(posted=F("net")):
        yield movement.stripe_id, f"{movement} is posted as {movement.posted}"


@book_check("money_unallocated")
def unallocated() -> Found:
    """Money in suspense: nothing of ours explains it."""
    held = Posting.objects.filter(account=Account.SUSPENSE).order_by("entry__source")
    by_source = held.values("currency", "entry__source").annotate(total=Sum("amount")).exclude(total=0)
    sums: dict[str, tuple[int, list[str]]] = {}
    for row in by_source:
        total, sources = sums.get(row["currency"], (0, []))
        sums[row["currency"]] = (total - row["total"], [*sources, row["entry__source"]])
    for currency, (total, sources) in sums.items():
        # What was taken and given back leaves nothing to explain.
        if total:
            said = f"{Money(total, currency)} of {len(sources)} movements that nothing of ours explains"
            yield currency, f"{said}: {', '.join(sources[:5])}"
