from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from hypothesis import given, strategies as st

from payments.enums import Account, EntryKind
from payments.ledger import guards
from payments.ledger.entries import post_gift_redeemed
from payments.ledger.posting import Line, Unbalanced, check_balance, post
from payments.models import LedgerEntry, Posting
from tests.factories.payments import PaymentFactory
from tests.support.rollback import rolled_back
from tests.support.threads import all_at_once

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TEN_EUROS = [Line(Account.STRIPE_BALANCE, 1000, "EUR"), Line(Account.DEFERRED_MEMBERSHIP, -1000, "EUR")]

only_on_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql",
    reason="SQLite has no deferred triggers; `make test-postgres` runs this",
)


def post_once(source="txn_1", lines=TEN_EUROS, **changes):
    facts = {"kind": EntryKind.PAYMENT, "livemode": False, "effective_at": NOON}
    return post(source=source, lines=lines, **facts | changes)


def lines_of(entry):
    return list(entry.postings.values_list("account", "amount", "currency").order_by("pk"))


amounts = st.integers(-(10**12), 10**12)
lines = st.builds(Line, st.sampled_from(Account), amounts, st.sampled_from(["EUR", "USD", "JPY"]))


def balanced(drawn):
    """The drawn lines, and per currency one more that makes up for them."""
    merged = {(line.account, line.currency): line for line in drawn if line.account != Account.FX_CLEARING}
    kept = list(merged.values())
    for currency in {line.currency for line in kept}:
        rest = sum(line.amount for line in kept if line.currency == currency)
        kept.append(Line(Account.FX_CLEARING, -rest, currency))
    return kept


@pytest.mark.django_db
@given(drawn=st.lists(lines, min_size=1, max_size=8).map(balanced))
def test_balanced_lines_are_posted_as_they_are(drawn):
    wanted = [(line.account, line.amount, line.currency) for line in drawn if line.amount]
    if not wanted:
        return
    with rolled_back():
        assert lines_of(post_once(lines=drawn)) == wanted


@pytest.mark.django_db
@given(
    drawn=st.lists(lines, min_size=1, max_size=8).map(balanced).filter(bool),
    off=st.integers().filter(bool),
    at=st.data(),
)
def test_lines_off_by_anything_are_refused(drawn, off, at):
    chosen = at.draw(st.integers(0, len(drawn) - 1))
    line = drawn[chosen]
    drawn[chosen] = Line(line.account, line.amount + off, line.currency)
    with pytest.raises(Unbalanced):
        post_once(lines=drawn)
    assert LedgerEntry.objects.count() == 0


def test_currencies_do_not_make_up_for_each_other():
    with pytest.raises(Unbalanced):
        check_balance([Line(Account.STRIPE_BALANCE, 5, "EUR"), Line(Account.STRIPE_FEES, -5, "USD")])


@pytest.mark.parametrize("few", [[], [Line(Account.STRIPE_BALANCE, 0, "EUR")]])
def test_entry_of_fewer_than_two_lines_is_refused(few):
    with pytest.raises(Unbalanced):
        check_balance(few)


@pytest.mark.django_db
def test_lines_of_zero_are_left_out():
    entry = post_once(lines=[*TEN_EUROS, Line(Account.STRIPE_FEES, 0, "EUR")])
    assert lines_of(entry) == [
        (Account.STRIPE_BALANCE, 1000, "EUR"),
        (Account.DEFERRED_MEMBERSHIP, -1000, "EUR"),
    ]


@pytest.mark.django_db
def test_posted_twice_is_the_first_entry():
    entry = post_once()
    assert post_once() == entry
    assert LedgerEntry.objects.count() == 1
    assert Posting.objects.count() == 2


@pytest.mark.django_db
def test_same_source_of_another_livemode_is_another_fact():
    post_once()
    post_once(livemode=True)
    assert LedgerEntry.objects.count() == 2


@pytest.mark.django_db
def test_one_source_is_explained_once_whatever_as():
    post_once()
    with pytest.raises(IntegrityError), transaction.atomic():
        LedgerEntry.objects.create(kind=EntryKind.REFUND, source="txn_1", livemode=False, effective_at=NOON)
    assert LedgerEntry.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_post_one_entry():
    found = all_at_once(lambda _: post_once().pk)
    assert found == [LedgerEntry.objects.get().pk] * 20
    assert Posting.objects.count() == 2


@pytest.mark.django_db
def test_gift_redeemed_moves_what_we_owe_from_giver_to_member():
    payment = PaymentFactory(amount=9000)
    post_once(
        lines=[Line(Account.STRIPE_BALANCE, 9000, "EUR"), Line(Account.GIFT_LIABILITY, -9000, "EUR")],
        payment=payment,
    )
    entry = post_gift_redeemed(payment=payment, source="gift:1", redeemed_at=NOON)
    assert lines_of(entry) == [
        (Account.GIFT_LIABILITY, 9000, "EUR"),
        (Account.DEFERRED_MEMBERSHIP, -9000, "EUR"),
    ]
    assert (entry.kind, entry.effective_at, entry.payment) == (EntryKind.GIFT_REDEEMED, NOON, payment)


@pytest.mark.django_db
@pytest.mark.parametrize("table", guards.TABLES)
@pytest.mark.parametrize("act", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_database_refuses_to_change_what_was_posted(table, act):
    post_once()
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(act.format(table))
    assert LedgerEntry.objects.count() == 1
    assert Posting.objects.count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        lambda entry: entry.save(),
        lambda entry: LedgerEntry.objects.update(source="txn_2"),
        lambda entry: entry.postings.update(amount=1),
        lambda entry: entry.postings.all().delete(),
    ],
)
def test_models_cannot_change_what_was_posted_either(change):
    entry = post_once()
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        change(entry)
    assert lines_of(entry) == [(line.account, line.amount, line.currency) for line in TEN_EUROS]


@pytest.mark.django_db(transaction=True)
def test_guards_can_be_removed_and_installed_again():
    post_once()
    guards.remove(connection)
    try:
        Posting.objects.all().delete()
    finally:
        guards.install(connection)
    with pytest.raises(DatabaseError, match="append-only"):
        LedgerEntry.objects.all().delete()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "wrong",
    [{"amount": 0}, {"account": "petty_cash"}, {"account": Account.STRIPE_BALANCE}],
    ids=["zero", "unknown account", "account twice"],
)
def test_database_refuses_a_line_that_makes_no_sense(wrong):
    entry = post_once()
    fields = {"account": Account.STRIPE_FEES, "amount": 1, "currency": "EUR"} | wrong
    with pytest.raises(IntegrityError), transaction.atomic():
        Posting.objects.create(entry=entry, **fields)


@only_on_postgresql
@pytest.mark.django_db(transaction=True)
def test_postgresql_refuses_an_unbalanced_entry_at_commit():
    entry = post_once()
    with pytest.raises(DatabaseError, match="does not balance"), transaction.atomic():
        Posting.objects.create(entry=entry, account=Account.STRIPE_FEES, amount=1, currency="EUR")
    assert Posting.objects.count() == 2
