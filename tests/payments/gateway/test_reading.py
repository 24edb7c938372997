from datetime import UTC, datetime, timedelta

import pytest

from members.gifts.gifting import start_gift
from members.selling.joining import start_signup
from payments.checkout import open_checkout
from payments.enums import CheckoutStatus, Uncharged
from payments.gateway import reading
from payments.gateway.facts import GatewayError, NotThereYet
from payments.models import Checkout
from tests.factories.members import GiftOfferFactory, PlanFactory
from tests.sandbox.browser import pay
from tests.sandbox.builders import one_time, subscribed, subscribing

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("books", "stripe_api")]

DECLINED = "4000 0000 0000 0002"


def opened(checkout):
    """The checkout with its page open at Stripe."""
    open_checkout(checkout, return_view="thanks", cancel_path="/join/")
    return Checkout.objects.get(pk=checkout.pk)


@pytest.fixture
def join(stripe_api):
    return opened(
        start_signup(plan=PlanFactory(interval="year"), amount=9900, email="ada@example.org").checkout
    )


@pytest.fixture
def gift(stripe_api):
    return opened(start_gift(offer=GiftOfferFactory(currency="JPY"), email="ada@example.org").checkout)


def instant(seconds):
    return datetime.fromtimestamp(seconds, UTC)


def test_paid_subscription_is_read_whole(join, stripe_api):
    pay(join.url)
    snapshot = reading.snapshot_of_session(join.session_id)
    expand = ["subscription.latest_invoice.payments", "customer"]
    session = stripe_api.checkout.sessions.retrieve(join.session_id, {"expand": expand})
    subscription = session.subscription
    invoice = subscription.latest_invoice
    intent = stripe_api.payment_intents.retrieve(
        invoice.payments.data[0].payment.payment_intent, {"expand": ["latest_charge.balance_transaction"]}
    )
    charge, settled = intent.latest_charge, intent.latest_charge.balance_transaction
    item, line = subscription["items"].data[0], invoice.lines.data[0]

    assert (snapshot.reference, snapshot.livemode) == (join.reference, False)
    assert (snapshot.checkout_status, snapshot.session_id) == (CheckoutStatus.PAID, session.id)
    assert (snapshot.customer.stripe_id, snapshot.customer.email) == (session.customer.id, "ada@example.org")
    facts = snapshot.subscription
    assert (facts.stripe_id, facts.customer_id, facts.status, facts.is_ending) == (
        subscription.id,
        session.customer.id,
        "active",
        False,
    )
    assert facts.current_period_start == instant(item.current_period_start)
    assert facts.current_period_end == instant(item.current_period_end)
    assert snapshot.invoice.stripe_id == invoice.id
    assert snapshot.invoice.period_start == instant(line.period.start)
    assert snapshot.invoice.period_end == instant(line.period.end)
    assert (snapshot.charge.stripe_id, snapshot.charge.payment_intent_id) == (charge.id, intent.id)
    assert (snapshot.charge.amount, snapshot.charge.currency) == (9900, "EUR")
    assert snapshot.charge.paid_at == instant(charge.created)
    settlement = snapshot.charge.transaction
    assert (settlement.stripe_id, settlement.currency) == (settled.id, "EUR")
    assert (settlement.gross, settlement.fee, settlement.net) == (settled.amount, settled.fee, settled.net)
    assert settlement.gross - settlement.fee == settlement.net


def test_single_payment_is_read_without_a_subscription(gift):
    pay(gift.url)
    snapshot = reading.snapshot_of_session(gift.session_id)
    assert (snapshot.subscription, snapshot.invoice) == (None, None)
    assert (snapshot.charge.amount, snapshot.charge.currency) == (9000, "JPY")
    assert snapshot.customer.email == "ada@example.org"


def test_open_page_is_read_as_open(join):
    snapshot = reading.snapshot_of_session(join.session_id)
    assert (snapshot.checkout_status, snapshot.charge, snapshot.subscription) == (
        CheckoutStatus.OPEN,
        None,
        None,
    )


def test_declined_card_leaves_the_page_open(join):
    pay(join.url, number=DECLINED)
    snapshot = reading.snapshot_of_session(join.session_id)
    assert (snapshot.checkout_status, snapshot.charge) == (CheckoutStatus.OPEN, None)
    pay(join.url)
    assert reading.snapshot_of_session(join.session_id).checkout_status == CheckoutStatus.PAID


def test_closed_page_is_read_as_expired(join, stripe_api):
    stripe_api.checkout.sessions.expire(join.session_id)
    snapshot = reading.snapshot_of_session(join.session_id)
    assert (snapshot.checkout_status, snapshot.charge) == (CheckoutStatus.EXPIRED, None)


def test_all_readers_of_a_join_tell_the_same_facts(join):
    pay(join.url)
    session = reading.snapshot_of_session(join.session_id)
    invoice = reading.snapshot_of_invoice(session.invoice.stripe_id)
    subscription = reading.snapshot_of_subscription(session.subscription.stripe_id)
    assert session.reference == invoice.reference == subscription.reference
    assert session.subscription == invoice.subscription == subscription.subscription
    assert session.customer == invoice.customer == subscription.customer
    assert (session.invoice, session.charge) == (invoice.invoice, invoice.charge)
    assert (subscription.invoice, subscription.charge, subscription.checkout_status) == (None, None, None)


def test_invoice_of_a_trial_tells_that_nothing_was_due(join, stripe_api):
    metadata = {"groundswell_reference": str(join.reference)}
    trial = subscribed(stripe_api, trial_period_days=7, metadata=metadata)
    snapshot = reading.snapshot_of_invoice(trial.latest_invoice)
    assert (snapshot.reference, snapshot.subscription.status) == (join.reference, "trialing")
    assert (snapshot.invoice.uncharged, snapshot.invoice.is_first) == (Uncharged.TRIAL, True)
    assert snapshot.invoice.period_end - snapshot.invoice.period_start == timedelta(days=7)
    assert snapshot.charge is None


def test_cancelled_subscription_is_read_as_ending(join, stripe_api):
    pay(join.url)
    identifier = reading.snapshot_of_session(join.session_id).subscription.stripe_id
    stripe_api.subscriptions.update(identifier, {"cancel_at_period_end": True})
    assert reading.snapshot_of_subscription(identifier).subscription.is_ending is True
    stripe_api.subscriptions.cancel(identifier)
    facts = reading.snapshot_of_subscription(identifier).subscription
    assert (facts.status, facts.is_ending) == ("canceled", True)


@pytest.mark.parametrize("metadata", [{}, {"groundswell_reference": "not a uuid"}, {"kind": "shop"}])
def test_objects_of_somebody_else_on_the_account_are_none_of_ours(stripe_api, metadata):
    shop = stripe_api.checkout.sessions.create(one_time(metadata=metadata))
    club = stripe_api.checkout.sessions.create(subscribing(subscription_data={"metadata": metadata}))
    for session in (shop, club):
        pay(session.url)
        assert reading.snapshot_of_session(session.id) is None
    paid = stripe_api.checkout.sessions.retrieve(club.id)
    assert reading.snapshot_of_subscription(paid.subscription) is None
    assert reading.snapshot_of_invoice(paid.invoice) is None


@pytest.mark.parametrize(
    ("read", "identifier"),
    [
        (reading.snapshot_of_session, "cs_test_nothing"),
        (reading.snapshot_of_invoice, "in_nothing"),
        (reading.snapshot_of_subscription, "sub_nothing"),
    ],
)
def test_object_that_is_not_there_is_a_gateway_error(read, identifier):
    with pytest.raises(GatewayError, match="InvalidRequestError"):
        read(identifier)


def test_intent_without_a_charge_is_not_there_yet(stripe_api):
    intent = stripe_api.payment_intents.create({"amount": 1000, "currency": "eur"})
    with pytest.raises(NotThereYet):
        reading._charge_of(reading._read_intent(intent.id))
