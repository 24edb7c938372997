from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from uuid import uuid4

import pytest
from hypothesis import given, settings, strategies as st

from members.enums import MailKind
from members.models import Membership, OutgoingMail, Signup, User
from members.selling.joining import start_signup
from payments import fulfilment
from payments.enums import Account, AlarmKind, CheckoutStatus, EntryKind, Purpose
from payments.models import Alarm, Checkout, Customer, LedgerEntry, Payment, Posting, Subscription
from payments.recording import record
from tests.factories.members import PlanFactory, UserFactory
from tests.factories.payments import CheckoutFactory
from tests.support.rollback import rolled_back
from tests.support.stripe_side import StripeSide

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("books")]

EVENTS = ("session", "subscription", "subscription", "invoice")
"""The events of a join: session completed, subscription created and updated, invoice paid."""


@pytest.fixture
def stripe_side():
    return StripeSide(start_signup(plan=PlanFactory(), amount=1500, email="ada@example.org").checkout)


def rows():
    return {
        "memberships": Membership.objects.count(),
        "payments": Payment.objects.count(),
        "entries": list(LedgerEntry.objects.values_list("kind", flat=True)),
        "welcomes": OutgoingMail.objects.filter(kind=MailKind.WELCOME).count(),
        "users": User.objects.count(),
        "customers": Customer.objects.count(),
        "subscriptions": Subscription.objects.count(),
        "status": list(Checkout.objects.values_list("status", flat=True)),
        "open_signups": Signup.objects.filter(is_open=True).count(),
    }


ONE_JOIN = {
    "memberships": 1,
    "payments": 1,
    "entries": [EntryKind.PAYMENT],
    "welcomes": 1,
    "users": 1,
    "customers": 1,
    "subscriptions": 1,
    "status": [CheckoutStatus.PAID],
    "open_signups": 0,
}
NOTHING = {
    "memberships": 0,
    "payments": 0,
    "entries": [],
    "welcomes": 0,
    "users": 0,
    "customers": 0,
    "subscriptions": 0,
    "status": [CheckoutStatus.OPEN],
    "open_signups": 1,
}


@pytest.mark.parametrize("order", sorted(set(permutations(EVENTS))), ids="-".join)
def test_a_joins_events_end_the_same_in_every_order(stripe_side, order):
    for name in order:
        record(getattr(stripe_side, name)())
    assert rows() == ONE_JOIN


@settings(max_examples=20)
@given(order=st.lists(st.sampled_from(EVENTS), max_size=12))
def test_a_joins_events_end_the_same_however_often_each_comes(order):
    with rolled_back():
        side = StripeSide(start_signup(plan=PlanFactory(), amount=1500, email="ada@example.org").checkout)
        for name in [*order, *EVENTS]:
            record(getattr(side, name)())
        assert rows() == ONE_JOIN


def test_payment_holds_what_stripe_says(stripe_side):
    record(stripe_side.session())
    payment = Payment.objects.get()
    assert payment.charge_id == stripe_side.charge().stripe_id
    assert payment.payment_intent_id == stripe_side.charge().payment_intent_id
    assert payment.invoice_id == stripe_side.invoice_facts().stripe_id
    assert (payment.amount, payment.currency) == (1500, "EUR")
    assert payment.paid_at == stripe_side.paid_at
    assert (payment.period_start, payment.period_end) == (stripe_side.starts_at(0), stripe_side.starts_at(1))
    assert payment.subscription == Subscription.objects.get()
    assert payment.user == User.objects.get(email="ada@example.org")
    checkout = Checkout.objects.get()
    assert (checkout.session_id, checkout.completed_at) == (stripe_side.session().session_id, payment.paid_at)
    assert checkout.user == Customer.objects.get().user == payment.user


def test_payment_is_dated_by_stripe_and_not_by_our_clock():
    checkout = start_signup(plan=PlanFactory(), amount=1000, email="ada@example.org").checkout
    long_ago = checkout.created_at.replace(microsecond=0) - timedelta(days=40)
    record(StripeSide(checkout, paid_at=long_ago).session())
    assert Payment.objects.get().paid_at == long_ago
    assert LedgerEntry.objects.get().effective_at == long_ago
    assert Membership.objects.get().granted_at == long_ago


def test_renewal_is_a_second_period_without_a_second_welcome(stripe_side):
    record(stripe_side.session())
    record(stripe_side.invoice(1))
    record(stripe_side.invoice(1))
    first, second = Membership.objects.order_by("starts_on")
    assert first.ends_on == second.starts_on
    assert first.user == second.user
    assert rows() == ONE_JOIN | {
        "memberships": 2,
        "payments": 2,
        "entries": [EntryKind.PAYMENT, EntryKind.PAYMENT],
    }


def test_renewal_that_overtakes_the_first_invoice_ends_the_same(stripe_side):
    record(stripe_side.invoice(1))
    record(stripe_side.session())
    starts = [stripe_side.starts_at(0).date(), stripe_side.starts_at(1).date()]
    assert list(Membership.objects.order_by("starts_on").values_list("starts_on", flat=True)) == starts
    assert rows()["welcomes"] == 1


def test_stale_read_never_puts_an_old_state_back(stripe_side):
    early = stripe_side.subscription(status="active")
    late = stripe_side.subscription(status="past_due", is_ending=True)
    record(late)
    record(early)
    subscription = Subscription.objects.get()
    assert (subscription.status, subscription.is_ending) == ("past_due", True)
    assert subscription.read_at == late.read_at


def test_newer_read_moves_the_subscription_on(stripe_side):
    record(stripe_side.subscription())
    newer = stripe_side.subscription(status="canceled", is_ending=True)
    record(newer)
    subscription = Subscription.objects.get()
    assert (subscription.status, subscription.is_ending) == ("canceled", True)
    assert subscription.read_at == newer.read_at


@pytest.mark.parametrize("late", [CheckoutStatus.PENDING, CheckoutStatus.OPEN, CheckoutStatus.EXPIRED])
def test_paid_checkout_stays_paid(stripe_side, late):
    record(stripe_side.session())
    record(stripe_side.session(late))
    assert rows() == ONE_JOIN


@pytest.mark.parametrize("status", [CheckoutStatus.PENDING, CheckoutStatus.EXPIRED])
def test_session_without_money_grants_nothing(stripe_side, status):
    snapshot = stripe_side.session(status)
    record(snapshot)
    assert rows() == NOTHING | {"status": [status], "customers": 1}
    checkout = Checkout.objects.get()
    assert (checkout.session_id, checkout.completed_at) == (snapshot.session_id, None)


@pytest.mark.parametrize("before", [CheckoutStatus.PENDING, CheckoutStatus.EXPIRED])
def test_whatever_was_said_before_money_makes_it_paid(stripe_side, before):
    record(stripe_side.session(before))
    record(stripe_side.session())
    assert rows() == ONE_JOIN


def test_subscription_alone_makes_no_member(stripe_side):
    record(stripe_side.subscription(status="incomplete"))
    assert rows() == NOTHING | {"customers": 1, "subscriptions": 1}


def wrong_amount(snapshot):
    return replace(snapshot, charge=replace(snapshot.charge, amount=1499))


def wrong_currency(snapshot):
    return replace(snapshot, charge=replace(snapshot.charge, currency="USD"))


def wrong_livemode(snapshot):
    return replace(snapshot, livemode=True)


def unknown_reference(snapshot):
    return replace(snapshot, reference=uuid4())


@pytest.mark.parametrize("wrong", [wrong_amount, wrong_currency, wrong_livemode, unknown_reference])
def test_facts_that_do_not_fit_deliver_nothing_and_book_the_money_apart(stripe_side, wrong):
    snapshot = wrong(stripe_side.session())
    record(snapshot)
    record(snapshot)
    assert rows() == NOTHING | {"entries": [EntryKind.UNALLOCATED]}
    alarm = Alarm.objects.get()
    assert (alarm.kind, alarm.subject) == (AlarmKind.QUARANTINED, snapshot.charge.stripe_id)
    lines = Posting.objects.values_list("account", "amount", "currency").order_by("account")
    assert list(lines) == [
        (Account.STRIPE_BALANCE, 1453, "EUR"),
        (Account.STRIPE_FEES, 47, "EUR"),
        (Account.SUSPENSE, -1500, "EUR"),
    ]


def test_failing_fulfilment_rolls_everything_back(stripe_side, monkeypatch):
    def fail(payment):
        Membership.objects.all().delete()
        raise RuntimeError("no more badges")

    monkeypatch.setitem(fulfilment._fulfillers, Purpose.MEMBERSHIP, fail)
    with pytest.raises(RuntimeError):
        record(stripe_side.session())
    assert rows() == NOTHING


def test_failed_fulfilment_can_be_tried_again(stripe_side, monkeypatch):
    def fail(payment):
        raise RuntimeError("no more badges")

    with monkeypatch.context() as patch:
        patch.setitem(fulfilment._fulfillers, Purpose.MEMBERSHIP, fail)
        with pytest.raises(RuntimeError):
            record(stripe_side.session())
    record(stripe_side.session())
    assert rows() == ONE_JOIN


def test_money_settled_in_another_currency_goes_through_clearing():
    checkout = start_signup(plan=PlanFactory(currency="USD"), amount=1000, email="ada@example.org").checkout
    side = StripeSide(checkout, settled_in="JPY", rate=3)
    record(side.session())
    lines = Posting.objects.values_list("account", "amount", "currency").order_by("currency", "account")
    assert list(lines) == [
        (Account.FX_CLEARING, -3000, "JPY"),
        (Account.STRIPE_BALANCE, 2930, "JPY"),
        (Account.STRIPE_FEES, 70, "JPY"),
        (Account.DEFERRED_MEMBERSHIP, -1000, "USD"),
        (Account.FX_CLEARING, 1000, "USD"),
    ]


def test_signed_in_reader_owns_what_they_bought():
    reader = UserFactory(email="ada@example.org")
    checkout = start_signup(plan=PlanFactory(), amount=1000, email=reader.email, user=reader).checkout
    record(StripeSide(checkout).session())
    assert (
        Membership.objects.get().user == Payment.objects.get().user == Customer.objects.get().user == reader
    )


def test_address_in_another_case_is_the_same_reader():
    reader = UserFactory(email="ada@example.org")
    checkout = start_signup(plan=PlanFactory(), amount=1000, email=" ADA@Example.ORG ").checkout
    record(StripeSide(checkout).session())
    assert Membership.objects.get().user == reader
    assert User.objects.count() == 1


def test_events_of_two_attempts_of_one_customer_hit_their_own():
    sides = [
        StripeSide(start_signup(plan=PlanFactory(), amount=amount, email="ada@example.org").checkout)
        for amount in (1000, 2500)
    ]
    for side in sides:
        side.customer = sides[0].customer
        record(side.session())
    assert list(Payment.objects.order_by("amount").values_list("amount", "checkout")) == [
        (1000, sides[0].checkout.pk),
        (2500, sides[1].checkout.pk),
    ]
    assert Customer.objects.count() == 1


def test_payment_for_a_checkout_that_nobody_signed_up_with_is_set_aside():
    checkout = CheckoutFactory()
    record(StripeSide(checkout).session())
    assert Payment.objects.count() == 0
    assert LedgerEntry.objects.get().kind == EntryKind.UNALLOCATED
    assert "bought no period" in Alarm.objects.get().message
