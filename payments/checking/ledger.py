"""Is the ledger itself whole?"""

from collections import defaultdict
from datetime import timedelta
from itertools import islice

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.utils import timezone

from payments.checking.findings import Found, book_check
from payments.enums import Account, EntryKind
from payments.models import BalanceTransaction, LedgerEntry, Payment, Posting
from payments.money import Money

EXPLAINED_WITHIN = timedelta(minutes=15)
_AT_ONCE = 10_000
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
    """Money moved at Stripe, we know of it, and no entry says so. Of a payment's own, `payment_unposted` tells."""
    payments = Payment.objects.filter(charge_id=OuterRef("source_id"))
    old = unposted().filter(recorded_at__lt=timezone.now() - EXPLAINED_WITHIN)
    for movement in old.filter(~Exists(payments)):
        yield movement.stripe_id, f"{movement} has no ledger entry"


def unposted() -> QuerySet[BalanceTransaction]:
    """Movements that we know of and that no entry tells."""
    entries = LedgerEntry.objects.filter(
        stripe_account=OuterRef("stripe_account"), livemode=OuterRef("livemode"), source=OuterRef("stripe_id")
    )
    return BalanceTransaction.objects.filter(~Exists(entries))


@book_check("entry_without_movement")
def without_movement() -> Found:
    """An entry says that money moved at Stripe, and Stripe did not."""
    movements = BalanceTransaction.objects.filter(
        stripe_account=OuterRef("stripe_account"), livemode=OuterRef("livemode"), stripe_id=OuterRef("source")
    )
    for entry in LedgerEntry.objects.filter(kind__in=_OF_STRIPE).filter(~Exists(movements)):
        yield f"entry {entry.pk}", f"{entry} rests on no balance transaction"


@book_check("movement_differs")
def differing() -> Found:
    """The entries of a movement change Stripe's balance by another amount than it did, or keep another fee."""
    columns = ("stripe_id", "currency", "net", "fee")
    movements = BalanceTransaction.objects.order_by("pk").values_list(*columns).iterator(chunk_size=_AT_ONCE)
    while chunk := list(islice(movements, _AT_ONCE)):
        posted = _posted([stripe_id for stripe_id, *_ in chunk])
        for stripe_id, currency, net, fee in chunk:
            told = posted.get(stripe_id)
            # What Stripe takes for itself alone is a fee as a whole.
            if told and told.get(currency, (0, 0)) not in ((net, fee), (net, -net)):
                booked, kept = told.get(currency, (0, 0))
                yield stripe_id, f"{net} {currency} with a fee of {fee} is posted as {booked} with {kept}"


def _posted(sources: list[str]) -> dict[str, dict[str, tuple[int, int]]]:
    """What the entries of each source do to Stripe's balance and to its fees, by currency."""
    # The index on entries begins with the account and the mode.
    lines = Posting.objects.filter(
        entry__stripe_account="", entry__livemode__in=[True, False], entry__source__in=sources
    )
    sums = lines.values_list("entry__source", "currency").annotate(
        net=Sum("amount", filter=Q(account=Account.STRIPE_BALANCE), default=0),
        fee=Sum("amount", filter=Q(account=Account.STRIPE_FEES), default=0),
    )
    posted: dict[str, dict[str, tuple[int, int]]] = defaultdict(dict)
    for source, currency, net, fee in sums:
        posted[source][currency] = (net, fee)
    return posted


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
            some = ", ".join(sources[:5])
            said = f"{Money(total, currency)} that nothing of ours explains"
            yield currency, f"{said}; movements: {len(sources)}, among them {some}"
