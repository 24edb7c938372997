from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from payments.enums import Account, EntryKind
from payments.models import LedgerEntry, Payment, Posting


class Unbalanced(ValueError):
    """The lines of an entry do not add up to zero in each currency."""


@dataclass(frozen=True, slots=True)
class Line:
    """`amount` in minor units: debit positive, credit negative."""

    account: Account
    amount: int
    currency: str


def post(
    *,
    kind: EntryKind,
    source: str,
    livemode: bool,
    effective_at: datetime,
    lines: Iterable[Line],
    payment: Payment | None = None,
    reverses: LedgerEntry | None = None,
) -> LedgerEntry:
    """Writes an entry once: posted again with the same source and kind, gives the entry that is there.

    Raises Unbalanced. Lines of zero are left out.
    """
    kept = [line for line in lines if line.amount]
    check_balance(kept)
    entry = LedgerEntry(
        kind=kind,
        source=source,
        livemode=livemode,
        effective_at=effective_at,
        payment=payment,
        reverses=reverses,
    )
    try:
        with transaction.atomic():
            entry.save()
            Posting.objects.bulk_create(
                Posting(entry=entry, account=line.account, amount=line.amount, currency=line.currency)
                for line in kept
            )
    except IntegrityError:
        return LedgerEntry.objects.get(kind=kind, source=source, livemode=livemode, stripe_account="")
    return entry


def reverse(entry: LedgerEntry) -> LedgerEntry:
    """Undoes an entry as of its own day; nothing of it is changed. Done again, gives the reversal that is there."""
    return post(
        kind=EntryKind.REVERSAL,
        source=entry.source,
        livemode=entry.livemode,
        effective_at=entry.effective_at,
        lines=[
            Line(Account(line.account), -line.amount, line.currency) for line in entry.postings.order_by("pk")
        ],
        payment=entry.payment,
        reverses=entry,
    )


def check_balance(lines: Iterable[Line]) -> None:
    """Raises Unbalanced unless each currency adds up to zero over at least two lines."""
    sums: dict[str, int] = defaultdict(int)
    count = 0
    for line in lines:
        sums[line.currency] += line.amount
        count += 1
    off = {currency: total for currency, total in sums.items() if total}
    if off or count < 2:
        raise Unbalanced(f"{count} lines, off by {off}")
