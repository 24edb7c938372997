"""What of the ledger the journal tells: of this site's mode alone, in the order of happening."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.conf import settings
from django.db.models import QuerySet, Sum

from payments.models import Posting
from payments.reports.period import Period

_AT = "entry__effective_at"
_ENTRY = ("entry", "entry__kind", "entry__source", "entry__payment__charge_id", _AT)
_AT_ONCE = 2000

Balances = dict[tuple[str, str], int]
"""Minor units by account and currency."""


@dataclass(frozen=True, slots=True)
class Line:
    """`amount` in minor units: debit positive, credit negative."""

    account: str
    amount: int
    currency: str


@dataclass(frozen=True, slots=True)
class Entry:
    pk: int
    kind: str
    source: str
    charge_id: str
    effective_at: datetime
    lines: tuple[Line, ...]


def opening_balances(period: Period) -> Balances:
    """What was on each account as the period began; none of zero."""
    sums = _postings().filter(period.before(_AT)).values_list("account", "currency").annotate(Sum("amount"))
    found = {(account, currency): total for account, currency, total in sums if total}
    return dict(sorted(found.items()))


def currencies(period: Period) -> list[str]:
    """Those that the period's journal speaks of."""
    found = _postings().filter(period.until_end(_AT))
    return sorted(found.order_by().values_list("currency", flat=True).distinct())


def entries(period: Period) -> Iterator[Entry]:
    """One statement's view of the period, however long the reading takes."""
    found = _postings().filter(period.within(_AT)).order_by(_AT, "entry", "account", "currency")
    rows = found.values_list(*_ENTRY, "account", "amount", "currency").iterator(chunk_size=_AT_ONCE)
    width = len(_ENTRY)
    for (pk, kind, source, charge_id, at), group in groupby(rows, key=itemgetter(slice(width))):
        yield Entry(pk, kind, source, charge_id or "", at, tuple(Line(*row[width:]) for row in group))


def add(entry: Entry, balances: Balances) -> None:
    """Brings the balances up to the entry."""
    for line in entry.lines:
        key = line.account, line.currency
        balances[key] = balances.get(key, 0) + line.amount


def _postings() -> QuerySet[Posting, Any]:
    return Posting.objects.filter(entry__livemode=settings.STRIPE_LIVEMODE)
