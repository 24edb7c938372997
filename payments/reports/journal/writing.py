import re
from collections.abc import Iterator
from datetime import UTC, date, timedelta

from payments.enums import EntryKind
from payments.reports.journal.dialects import Beancount, Dialect, Hledger
from payments.reports.journal.entries import (
    Balances,
    Entry,
    Line,
    add,
    currencies,
    entries,
    opening_balances,
)
from payments.reports.period import Period
from payments.reports.registry import report

_SPECIAL = re.compile(r"[^\w.:/-]")
"""Characters that end a text in one of the dialects; no id that we know of has them."""


@report("journal", format="hledger")
def hledger(period: Period) -> Iterator[bytes]:
    """For hledger."""
    return _encoded(_journal(period, Hledger()))


@report("journal", format="beancount")
def beancount(period: Period) -> Iterator[bytes]:
    """For beancount, and for Fava, its pages."""
    return _encoded(_journal(period, Beancount()))


def _encoded(lines: Iterator[str]) -> Iterator[bytes]:
    return (f"{line}\n".encode() for line in lines)


def _journal(period: Period, dialect: Dialect) -> Iterator[str]:
    balances = opening_balances(period)
    yield from dialect.head(currencies(period))
    if balances and period.start_on:
        yield from dialect.transaction(period.start_on, "Opening balances", {}, _lines(balances))
    last_on = period.start_on
    for entry in entries(period):
        add(entry, balances)
        last_on = _day(entry)
        yield from dialect.transaction(last_on, EntryKind(entry.kind).label, _tags(entry), entry.lines)
    if period.end_on:
        last_on = period.end_on - timedelta(days=1)
    if balances and last_on:
        yield from dialect.closing(last_on, dict(sorted(balances.items())))


def _lines(balances: Balances) -> Iterator[Line]:
    return (Line(account, total, currency) for (account, currency), total in balances.items())


def _day(entry: Entry) -> date:
    return entry.effective_at.astimezone(UTC).date()


def _tags(entry: Entry) -> dict[str, str]:
    tags = {
        "entry": str(entry.pk),
        "kind": entry.kind,
        "source": _SPECIAL.sub("_", entry.source),
        "charge": _SPECIAL.sub("_", entry.charge_id),
        "at": entry.effective_at.astimezone(UTC).isoformat(),
    }
    return {name: text for name, text in tags.items() if text}
