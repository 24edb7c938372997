"""Stripe's balance and ours: what is on its way is no difference, and what is one is named."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from payments.checking.findings import findings
from payments.checking.stripe_balance import ON_ITS_WAY, SEARCHED
from payments.enums import Account, EntryKind
from payments.ledger.posting import Line, post
from payments.models import BalanceTransaction, LedgerEntry, Payment
from tests.payments.checking.conftest import remove_guards
from tests.support.at_stripe import walked
from tests.support.corrupting import delete_membership, payment_of, sql, unpost

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def books(at_stripe):
    """Two joined, and we have heard of it."""
    for name in ("ada", "bob"):
        at_stripe.join(f"{name}@example.org")
    walked(at_stripe)
    remove_guards()


@pytest.fixture
def later():
    """So much later that everything should have been heard of."""
    with time_machine.travel(timezone.now() + ON_ITS_WAY + timedelta(minutes=1)):
        yield


def told():
    return sorted(
        (each.subject, each.message) for each in findings(is_offline=False) if each.check == "balance_differs"
    )


def forget(payment):
    """Everything that we know of the payment."""
    delete_membership(payment.membership)
    for entry in payment.ledger_entries.all():
        unpost(entry)
        BalanceTransaction.objects.filter(stripe_id=entry.source).delete()
    sql("DELETE FROM payments_payment WHERE id = %s", payment.pk)


def movement_of(name):
    return payment_of(name).ledger_entries.get().source


def test_books_that_agree_have_no_difference():
    assert told() == []


def test_payment_that_we_have_not_heard_of_is_on_its_way_first(at_stripe):
    at_stripe.join("cleo@example.org")
    assert told() == []


@pytest.mark.usefixtures("later")
def test_payment_that_we_lost_is_named():
    source = movement_of("ada")
    forget(payment_of("ada"))
    assert told() == [(source, "charge of 941 EUR is not in our books")]


def test_what_is_on_its_way_is_not_named_beside_what_is_lost(at_stripe):
    source = movement_of("ada")
    forget(payment_of("ada"))
    with time_machine.travel(timezone.now() + ON_ITS_WAY + timedelta(minutes=1)):
        at_stripe.switch("clock", {"advance": 16 * 60})
        at_stripe.join("cleo@example.org")
        assert [subject for subject, _ in told()] == [source]


def test_amount_that_was_changed_everywhere_with_us_is_named():
    """Our rows agree with each other: only Stripe knows better."""
    source = movement_of("ada")
    sql(
        "UPDATE payments_balancetransaction SET gross = gross + 1, net = net + 1 WHERE stripe_id = %s", source
    )
    entry = LedgerEntry.objects.get(source=source)
    for account, cents in [(Account.STRIPE_BALANCE, 1), (Account.DEFERRED_MEMBERSHIP, -1)]:
        sql(
            "UPDATE payments_posting SET amount = amount + %s WHERE entry_id = %s AND account = %s",
            cents, entry.pk, account,
        )  # fmt: skip
    sql("UPDATE payments_payment SET amount = amount + 1 WHERE charge_id = %s", payment_of("ada").charge_id)
    assert list(findings(is_offline=True)) == []
    assert told() == [(source, "charge of 941 EUR is 942 in our books")]


def invent(at):
    lines = [Line(Account.STRIPE_BALANCE, 500, "EUR"), Line(Account.STRIPE_FEES, -500, "EUR")]
    post(kind=EntryKind.FEE, source="txn_never", livemode=False, effective_at=at, lines=lines)


def test_entry_that_stripe_does_not_know_is_named():
    invent(timezone.now())
    assert told() == [("txn_never", "500 EUR in our books, and Stripe does not know it")]


def test_difference_that_no_recent_movement_explains_is_told_by_its_sum():
    invent(timezone.now() - SEARCHED - timedelta(days=1))
    ((subject, message),) = told()
    assert (subject, message.split(",")) == (
        "EUR",
        [
            "Stripe holds -€5 more than our books say (negative: less)",
            " and no movement of the last 31 days explains it",
        ],
    )


@pytest.mark.usefixtures("later")
def test_movement_that_we_know_and_have_not_posted_is_told_by_the_check_of_the_ledger():
    unpost(payment_of("ada").ledger_entries.get())
    assert told() == []
    assert [each.check for each in findings(is_offline=False)] == ["payment_unposted"]


def test_difference_that_is_gone_at_the_second_look_is_none(monkeypatch):
    """Something moved between asking Stripe and asking our books."""
    from payments.checking import stripe_balance

    told_by_stripe = stripe_balance.listing.balance()
    answers = iter([told_by_stripe | {"EUR": 1}, told_by_stripe, told_by_stripe])
    monkeypatch.setattr(stripe_balance.listing, "balance", lambda: next(answers))
    assert told() == []
    assert Payment.objects.count() == 2
