"""Renewals that are not paid: tried again by a plan, saved by another card, or the end of the subscription."""

import urllib.error

import pytest
import stripe

from tests.sandbox.browser import pay, visit
from tests.sandbox.builders import (
    charge_from_now_on,
    instant,
    monthly,
    new_customer,
    subscribed,
    subscribing,
)

HOUR = 60 * 60
DAY = 24 * HOUR
FAILING = "pm_card_chargeCustomerFail"


@pytest.fixture
def client(in_2030):
    return in_2030.client().v1


@pytest.fixture
def go_to(in_2030):
    return lambda *date: in_2030.switch("clock", {"to": instant(*date)})


@pytest.fixture
def customer(client):
    return new_customer(client)


@pytest.fixture
def failing(client, customer):
    """A subscription whose first payment went well and whose card fails from then on."""
    subscription = subscribed(client, customer)
    charge_from_now_on(client, customer, FAILING)
    return subscription


def state(client, subscription):
    """Status of the subscription, then of its latest invoice: status, attempts, when the next is (in days)."""
    found = client.subscriptions.retrieve(subscription.id, {"expand": ["latest_invoice"]})
    invoice = found.latest_invoice
    upcoming = invoice.next_payment_attempt
    days = upcoming and (upcoming - invoice.created - HOUR) / DAY
    return found.status, invoice.status, invoice.attempt_count, days


def told(client, kind):
    return [event.created for event in client.events.list({"type": kind, "limit": 100}).data][::-1]


def test_failed_renewal_is_past_due_and_tried_again_after_3_5_and_7_days(client, failing, go_to):
    seen = []
    for day in (1, 4, 9):
        go_to(2030, 3, day)
        seen.append(state(client, failing))
    go_to(2030, 3, 16)

    assert seen == [("past_due", "open", 1, 3), ("past_due", "open", 2, 8), ("past_due", "open", 3, 15)]
    assert state(client, failing) == ("canceled", "open", 4, None)
    end = failing["items"].data[0].current_period_end + HOUR
    assert told(client, "invoice.payment_failed") == [end + days * DAY for days in (0, 3, 8, 15)]
    assert told(client, "customer.subscription.deleted") == [end + 15 * DAY]
    ended = client.subscriptions.retrieve(failing.id)
    assert ended.cancellation_details.reason == "payment_failed"
    assert len(client.charges.list({"limit": 100}).data) == 5


def test_failed_renewal_is_told_in_this_order(client, failing, go_to):
    go_to(2030, 2, 28, 14)
    end = failing["items"].data[0].current_period_end
    since = client.events.list({"created": {"gt": end}}).data[::-1]
    assert [event.type for event in since] == [
        "payment_intent.created",
        "invoice.finalized",
        "charge.failed",
        "payment_intent.payment_failed",
        "invoice.payment_failed",
        "customer.subscription.updated",
    ]
    assert since[-2].data.object.next_payment_attempt == end + HOUR + 3 * DAY
    assert since[-1].data.previous_attributes.to_dict() == {"status": "active"}


def test_cancelled_for_want_of_payment_is_charged_no_more_but_can_still_be_paid(
    client, failing, customer, go_to
):
    go_to(2030, 7, 1)
    invoices = client.invoices.list({"subscription": failing.id}).data
    assert [(each.status, each.auto_advance) for each in invoices] == [("open", False), ("paid", False)]

    method = charge_from_now_on(client, customer, "pm_card_visa")
    client.invoices.pay(invoices[0].id, {"payment_method": method})

    assert state(client, failing)[:2] == ("canceled", "paid")


def test_other_card_saves_the_subscription_at_the_next_attempt(client, failing, customer, go_to):
    go_to(2030, 3, 1)
    charge_from_now_on(client, customer, "pm_card_visa")

    go_to(2030, 3, 4)

    assert state(client, failing) == ("active", "paid", 2, None)
    go_to(2030, 4, 1)
    assert state(client, failing)[:2] == ("active", "paid")


def test_other_card_saves_the_subscription_at_once_when_its_invoice_is_paid(client, failing, customer, go_to):
    go_to(2030, 3, 1)
    [invoice, _] = client.invoices.list({"subscription": failing.id}).data
    charge_from_now_on(client, customer, "pm_card_visa")

    client.invoices.pay(invoice.id)
    go_to(2030, 3, 30)

    assert state(client, failing) == ("active", "paid", 1, None)
    assert len(told(client, "invoice.paid")) == 1


def test_card_of_the_subscription_goes_before_that_of_the_customer(client, failing, customer, go_to):
    good = client.payment_methods.attach("pm_card_visa", {"customer": customer})
    client.subscriptions.update(failing.id, {"default_payment_method": good.id})
    go_to(2030, 3, 1)
    assert state(client, failing)[:2] == ("active", "paid")


def test_subscription_cannot_be_charged_to_somebody_elses_card(client, failing):
    other = client.payment_methods.list({"customer": new_customer(client)}).data[0]
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.subscriptions.update(failing.id, {"default_payment_method": other.id})
    assert refusal.value.code == "resource_missing"


def test_attempt_by_hand_does_not_change_the_plan(client, failing, go_to):
    go_to(2030, 3, 1)
    [invoice, _] = client.invoices.list({"subscription": failing.id}).data
    planned = state(client, failing)

    with pytest.raises(stripe.CardError):
        client.invoices.pay(invoice.id)

    assert state(client, failing) == planned
    go_to(2030, 3, 16)
    assert state(client, failing)[:3] == ("canceled", "open", 4)


def test_card_that_always_asks_waits_for_its_owner_each_month(client, customer, go_to):
    subscription = subscribed(client, customer)
    charge_from_now_on(client, customer, "pm_card_authenticationRequired")
    go_to(2030, 3, 1)

    assert state(client, subscription) == ("past_due", "open", 1, 3)
    assert len(told(client, "invoice.payment_action_required")) == 1
    [invoice, _] = client.invoices.list({"subscription": subscription.id}).data
    [payment] = client.invoice_payments.list({"invoice": invoice.id}).data
    intent = client.payment_intents.retrieve(payment.payment.payment_intent)
    assert (intent.status, len(told(client, "invoice.payment_failed"))) == ("requires_action", 1)

    good = client.payment_methods.attach("pm_card_visa", {"customer": customer})
    client.payment_intents.confirm(intent.id, {"payment_method": good.id})
    assert state(client, subscription) == ("active", "paid", 1, None)


@pytest.mark.parametrize(
    ("card", "status"), [("4000002500003155", "active"), ("4000002760003184", "past_due")]
)
def test_card_confirmed_at_the_start_asks_again_if_its_bank_always_does(in_2030, client, go_to, card, status):
    session = client.checkout.sessions.create(subscribing())
    challenge = pay(session.url, number=card).location
    visit(in_2030.base_url + challenge, {"outcome": "complete"})
    go_to(2030, 3, 1)
    subscription = client.checkout.sessions.retrieve(session.id, {"expand": ["subscription"]}).subscription
    assert subscription.status == status


@pytest.mark.parametrize(("then", "later"), [("unpaid", "draft"), ("past_due", "open")])
def test_plan_can_be_another(in_2030, client, failing, go_to, then, later):
    assert in_2030.switch("dunning") == {"retry_days": [3, 5, 7], "then": "cancel"}
    in_2030.switch("dunning", {"retry_days": [1], "then": then})

    go_to(2030, 3, 2)
    assert state(client, failing) == (then, "open", 2, None)
    go_to(2030, 4, 2)

    assert state(client, failing)[:2] == (then, later)
    assert told(client, "customer.subscription.deleted") == []


@pytest.mark.parametrize(
    "body", [{"retry_days": 3}, {"retry_days": [0]}, {"retry_days": ["3"]}, {"then": "forget"}]
)
def test_plan_that_makes_no_sense_is_refused(in_2030, body):
    with pytest.raises(urllib.error.HTTPError) as refusal:
        in_2030.switch("dunning", body)
    assert refusal.value.code == 400
    assert in_2030.switch("dunning")["then"] == "cancel"


def test_subscription_that_owes_for_two_periods_is_active_when_both_are_paid(
    in_2030, client, customer, go_to
):
    in_2030.switch("dunning", {"then": "past_due"})
    subscription = subscribed(client, customer, monthly(client, interval="week"))
    charge_from_now_on(client, customer, FAILING)
    go_to(2030, 2, 16)
    newer, older, _ = client.invoices.list({"subscription": subscription.id}).data
    charge_from_now_on(client, customer, "pm_card_visa")

    client.invoices.pay(older.id)
    assert client.subscriptions.retrieve(subscription.id).status == "past_due"
    client.invoices.pay(newer.id)
    assert client.subscriptions.retrieve(subscription.id).status == "active"


def test_deleted_customer_is_charged_no_more(client, failing, customer, go_to):
    go_to(2030, 3, 1)
    client.customers.delete(customer)
    go_to(2030, 3, 28)
    assert state(client, failing) == ("canceled", "open", 1, None)
    assert len(told(client, "invoice.payment_failed")) == 1
