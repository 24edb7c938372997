"""Two programs that know nothing of us read the journal and must come to our balances."""

import re
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings as hypothesis_settings, strategies as st

from payments.enums import Account, EntryKind
from payments.ledger.posting import Line, post, reverse
from payments.models import LedgerEntry, Posting
from payments.money import to_decimal
from payments.reports.journal.accounts import NAMES
from payments.reports.period import Period
from payments.reports.registry import writers_of
from tests.support.outsiders import OUTSIDERS, Refused
from tests.support.rich_books import add_stray, rich_books
from tests.support.rollback import rolled_back

pytestmark = pytest.mark.django_db

DIALECTS = [pytest.param("hledger", marks=pytest.mark.hledger), "beancount"]
START = datetime(2027, 3, 1, 10, 30, tzinfo=UTC)
JANUARY = datetime(2027, 1, 10, 12, tzinfo=UTC)
ALL = Period()


def journal(dialect, period=ALL):
    return b"".join(writers_of("journal")[dialect](period)).decode()


def read(text, dialect, tmp_path):
    """What the program of the dialect makes of the text."""
    path = tmp_path / f"books.{dialect}"
    path.write_text(text)
    return OUTSIDERS[dialect](path)


def our_balances(period=ALL):
    """The same from our own rows, summed by hand."""
    sums = defaultdict(Decimal)
    for posting in Posting.objects.filter(entry__livemode=False).select_related("entry"):
        if period.end_on is None or posting.entry.effective_at.astimezone(UTC).date() < period.end_on:
            name = NAMES[Account(posting.account)]
            sums[name, posting.currency] += to_decimal(posting.amount, posting.currency)
    return {key: total for key, total in sums.items() if total}


@pytest.fixture
def books():
    """Every kind of entry there is, and money that nothing explains."""
    add_stray(books := rich_books(START))
    assert set(LedgerEntry.objects.values_list("kind", flat=True)) == set(EntryKind.values)
    return books


@pytest.mark.usefixtures("books")
@pytest.mark.parametrize("dialect", DIALECTS)
def test_outsider_agrees_on_every_account_and_currency(dialect, tmp_path):
    told = read(journal(dialect), dialect, tmp_path)
    assert told == our_balances()
    assert {currency for _, currency in told} == {"EUR", "JPY", "KWD", "USD"}


@pytest.mark.usefixtures("books")
@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    "period",
    [
        Period(None, date(2027, 3, 7)),
        Period(date(2027, 3, 7), date(2027, 3, 12)),
        Period(date(2027, 3, 7)),
        Period(date(2030, 1, 1), date(2030, 2, 1)),
        Period(None, date(2020, 1, 1)),
    ],
    ids=["first days", "days between", "last days", "after all", "before all"],
)
def test_part_opens_with_what_was_before_and_ends_with_what_is_after(dialect, period, tmp_path):
    text = journal(dialect, period)
    assert read(text, dialect, tmp_path) == our_balances(period)
    told = re.findall(r"^ *(?:; )?entry: \"?(\d+)", text, re.MULTILINE)
    entries = LedgerEntry.objects.filter(period.within("effective_at"))
    assert sorted(map(int, told)) == list(entries.order_by("pk").values_list("pk", flat=True))


def three_entries():
    """Midnight belongs to the day that begins."""
    for number, at in enumerate([JANUARY, datetime(2027, 2, 1, tzinfo=UTC)]):
        lines = [
            Line(Account.STRIPE_BALANCE, 11_622, "EUR"),
            Line(Account.STRIPE_FEES, 378, "EUR"),
            Line(Account.DEFERRED_MEMBERSHIP, -12_000, "EUR"),
            Line(Account.FX_CLEARING, 1500, "JPY"),
            Line(Account.SUSPENSE, -1500, "JPY"),
        ]
        post(kind=EntryKind.PAYMENT, source=f"txn_{number}", livemode=False, effective_at=at, lines=lines)
    post(
        kind=EntryKind.FEE,
        source="txn_live",
        livemode=True,
        effective_at=JANUARY,
        lines=[Line(Account.STRIPE_FEES, 1, "EUR"), Line(Account.STRIPE_BALANCE, -1, "EUR")],
    )


HLEDGER = """\
commodity 1000.00 EUR
commodity 1000. JPY
{accounts}

2027-02-01 * Opening balances
    Liabilities:Deferred:Membership  -120.00 EUR
    Equity:Exchange:Clearing  1500 JPY
    Assets:Stripe:Balance  116.22 EUR
    Expenses:Stripe:Fees  3.78 EUR
    Liabilities:Suspense  -1500 JPY

2027-02-01 * Payment
    ; entry: {pk}
    ; kind: payment
    ; source: txn_1
    ; at: 2027-02-01T00:00:00+00:00
    Liabilities:Deferred:Membership  -120.00 EUR
    Equity:Exchange:Clearing  1500 JPY
    Assets:Stripe:Balance  116.22 EUR
    Expenses:Stripe:Fees  3.78 EUR
    Liabilities:Suspense  -1500 JPY

2027-02-28 * Closing balances
    Liabilities:Deferred:Membership  0.00 EUR = -240.00 EUR
    Equity:Exchange:Clearing  0 JPY = 3000 JPY
    Assets:Stripe:Balance  0.00 EUR = 232.44 EUR
    Expenses:Stripe:Fees  0.00 EUR = 7.56 EUR
    Liabilities:Suspense  0 JPY = -3000 JPY
"""
BEANCOUNT = """\
1970-01-01 commodity EUR
1970-01-01 commodity JPY
{accounts}

2027-02-01 * "Opening balances"
  Liabilities:Deferred:Membership  -120.00 EUR
  Equity:Exchange:Clearing  1500 JPY
  Assets:Stripe:Balance  116.22 EUR
  Expenses:Stripe:Fees  3.78 EUR
  Liabilities:Suspense  -1500 JPY

2027-02-01 * "Payment"
  entry: "{pk}"
  kind: "payment"
  source: "txn_1"
  at: "2027-02-01T00:00:00+00:00"
  Liabilities:Deferred:Membership  -120.00 EUR
  Equity:Exchange:Clearing  1500 JPY
  Assets:Stripe:Balance  116.22 EUR
  Expenses:Stripe:Fees  3.78 EUR
  Liabilities:Suspense  -1500 JPY

2027-03-01 balance Liabilities:Deferred:Membership  -240.00 ~ 0 EUR
2027-03-01 balance Equity:Exchange:Clearing  3000 ~ 0 JPY
2027-03-01 balance Assets:Stripe:Balance  232.44 ~ 0 EUR
2027-03-01 balance Expenses:Stripe:Fees  7.56 ~ 0 EUR
2027-03-01 balance Liabilities:Suspense  -3000 ~ 0 JPY
"""


@pytest.mark.parametrize(
    ("dialect", "expected", "opening"),
    [("hledger", HLEDGER, "account"), ("beancount", BEANCOUNT, "1970-01-01 open")],
)
def test_journal_to_the_letter(dialect, expected, opening):
    three_entries()
    accounts = "\n".join(f"{opening} {name}" for name in sorted(NAMES.values()))
    pk = LedgerEntry.objects.get(source="txn_1").pk
    february = Period(date(2027, 2, 1), date(2027, 3, 1))
    assert journal(dialect, february) == expected.format(accounts=accounts, pk=pk)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_empty_ledger_is_a_journal_too(dialect, tmp_path):
    assert read(journal(dialect), dialect, tmp_path) == {}


@pytest.mark.usefixtures("books")
@pytest.mark.parametrize("dialect", DIALECTS)
def test_journal_is_the_same_each_time_and_names_nobody(dialect):
    text = journal(dialect)
    assert journal(dialect) == text
    assert [name for name in ("@", "ada", "gwen", "anna") if name in text.lower()] == []


# --- what is wrong is noticed -----------------------------------------------------------------------


def changed_line(text):
    return text.replace("116.22 EUR", "116.23 EUR", 1)


def changed_pair(text):
    """Still balanced, and a cent more in two places."""
    return changed_line(text).replace("-120.00 EUR", "-120.01 EUR", 1)


def lost_entry(text):
    return re.sub(r"\n2027-01-10 \* (?:.+\n)+", "\n", text, count=1)


def misnamed_account(text):
    return text.replace("  Assets:Stripe:Balance  116.22", "  Assets:Stripe:Balanse  116.22", 1)


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("damage", [changed_line, changed_pair, lost_entry, misnamed_account])
def test_outsider_notices(dialect, damage, tmp_path):
    three_entries()
    text = journal(dialect)
    assert read(text, dialect, tmp_path) == our_balances()
    assert damage(text) != text
    with pytest.raises(Refused):
        read(damage(text), dialect, tmp_path)


# --- whatever the ledger holds ----------------------------------------------------------------------

AMOUNTS = st.integers(-(10**12), 10**12).filter(bool)
CURRENCIES = st.sampled_from(["EUR", "JPY", "KWD", "HUF"])
KINDS = st.sampled_from([kind for kind in EntryKind if kind != EntryKind.REVERSAL])
MOMENTS = st.datetimes(datetime(2027, 2, 26), datetime(2027, 3, 4), timezones=st.just(UTC))
DAYS = st.dates(date(2027, 2, 25), date(2027, 3, 5))
SOURCES = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=20)


@st.composite
def balanced_lines(draw):
    """Up to three currencies, each over some accounts, the last of which takes what is left."""
    lines = []
    for currency in draw(st.sets(CURRENCIES, min_size=1, max_size=3)):
        *some, last = draw(st.lists(st.sampled_from(Account), min_size=2, max_size=5, unique=True))
        amounts = [draw(AMOUNTS) for _ in some]
        lines += [Line(account, amount, currency) for account, amount in zip(some, amounts, strict=True)]
        lines.append(Line(last, -sum(amounts), currency))
    return lines


ENTRIES = st.lists(
    st.tuples(KINDS, SOURCES, MOMENTS, balanced_lines(), st.booleans()), max_size=8, unique_by=lambda e: e[1]
)


@hypothesis_settings(max_examples=25)
@given(entries=ENTRIES, start=DAYS, length=st.integers(1, 8))
@pytest.mark.parametrize("dialect", DIALECTS)
def test_any_balanced_entries_come_through(dialect, tmp_path, entries, start, length):
    with rolled_back():
        for kind, source, at, lines, is_reversed in entries:
            entry = post(kind=kind, source=source, livemode=False, effective_at=at, lines=lines)
            if is_reversed:
                reverse(entry)
        period = Period(start, start + timedelta(days=length))
        for each in (ALL, period):
            assert read(journal(dialect, each), dialect, tmp_path) == our_balances(each)
