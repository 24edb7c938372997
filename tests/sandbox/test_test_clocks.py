"""Customers who live by a test clock of their own."""

import time

import pytest
import stripe

from tests.sandbox.browser import pay
from tests.sandbox.builders import charge_from_now_on, instant, monthly, new_customer, subscribed, subscribing

HOUR = 60 * 60
DAY = 24 * HOUR
START = instant(2030, 1, 31)


@pytest.fixture
def client(own_sandbox):
    return own_sandbox.client().v1


@pytest.fixture
def clock(client):
    return client.test_helpers.test_clocks.create({"frozen_time": START, "name": "January"}).id


@pytest.fixture
def go_to(client, clock):
    return lambda *date: client.test_helpers.test_clocks.advance(clock, {"frozen_time": instant(*date)})


@pytest.fixture
def customer(client, clock):
    return new_customer(client, test_clock=clock)


def test_clock_stands_still_until_it_is_advanced(client, clock, go_to):
    standing = client.test_helpers.test_clocks.retrieve(clock)
    advancing = go_to(2030, 3, 1)
    there = client.test_helpers.test_clocks.retrieve(clock)

    assert (standing.status, standing.frozen_time, standing.name) == ("ready", START, "January")
    assert standing.deletes_after == standing.created + 30 * DAY
    target = advancing.status_details.advancing.target_frozen_time
    assert (advancing.status, target) == ("advancing", instant(2030, 3, 1))
    assert (there.status, there.frozen_time) == ("ready", instant(2030, 3, 1))


def test_what_is_made_for_its_customer_is_dated_by_the_clock_and_events_by_the_present(
    client, clock, customer
):
    subscription = subscribed(client, customer)
    invoice = client.invoices.retrieve(subscription.latest_invoice)

    for thing in (client.customers.retrieve(customer), subscription, invoice):
        assert (thing.created, thing.test_clock) == (START, clock)
    assert subscription["items"].data[0].current_period_end == instant(2030, 2, 28)
    [event] = client.events.list({"type": "customer.subscription.created"}).data
    assert abs(event.created - time.time()) < 60


def test_month_by_the_clock_is_renewed_to_the_second(client, customer, go_to):
    subscription = subscribed(client, customer)

    go_to(2030, 4, 1)

    paid = client.invoices.list({"subscription": subscription.id}).data[::-1]
    assert [invoice.status_transitions.paid_at for invoice in paid] == [
        START,
        instant(2030, 2, 28, 13),
        instant(2030, 3, 31, 13),
    ]
    assert [charge.created for charge in client.charges.list({"customer": customer}).data] == [
        instant(2030, 3, 31, 13), instant(2030, 2, 28, 13), START,
    ]  # fmt: skip


def test_failing_card_is_tried_again_by_the_clock(client, customer, go_to):
    subscription = subscribed(client, customer)
    charge_from_now_on(client, customer, "pm_card_chargeCustomerFail")
    seen = []
    for date in ((2030, 3, 1), (2030, 3, 15), (2030, 3, 16)):
        go_to(*date)
        seen.append(client.subscriptions.retrieve(subscription.id).status)
    assert seen == ["past_due", "past_due", "canceled"]


def test_clock_moves_nobody_else_and_nobody_else_moves_it(own_sandbox, client, clock, customer, go_to):
    outside = subscribed(client)
    inside = subscribed(client, customer)

    go_to(2032, 1, 1)
    assert len(client.invoices.list({"subscription": outside.id}).data) == 1
    count = len(client.invoices.list({"subscription": inside.id, "limit": 100}).data)
    own_sandbox.switch("clock", {"advance": 29 * DAY})

    assert count == 24
    assert len(client.invoices.list({"subscription": inside.id, "limit": 100}).data) == count
    assert client.test_helpers.test_clocks.retrieve(clock).frozen_time == instant(2032, 1, 1)


def test_clock_does_not_run_backwards(client, clock):
    with pytest.raises(stripe.InvalidRequestError):
        client.test_helpers.test_clocks.advance(clock, {"frozen_time": START})


def test_clock_of_the_past_keeps_its_customers_checkout_open(client):
    past = client.test_helpers.test_clocks.create({"frozen_time": instant(2020, 1, 1)}).id
    customer = new_customer(client, card=None, test_clock=past)
    session = client.checkout.sessions.create(subscribing(customer=customer))

    paid = pay(session.url)

    assert paid.status == 303
    subscription = client.subscriptions.list({"customer": customer}).data[0]
    assert (subscription.created, subscription.test_clock) == (instant(2020, 1, 1), past)


def test_those_who_live_by_a_clock_are_listed_to_those_who_ask_for_it(client, clock, customer):
    outside, inside = subscribed(client), subscribed(client, customer)

    def listed(things, **wanted):
        return [thing.id for thing in things.list(wanted).data]

    assert listed(client.customers) == [outside.customer]
    assert listed(client.customers, test_clock=clock) == [customer]
    assert listed(client.subscriptions) == [outside.id]
    assert listed(client.subscriptions, test_clock=clock) == [inside.id]
    assert listed(client.subscriptions, customer=customer) == [inside.id]


def test_deleted_clock_takes_its_customers_along_in_silence(client, clock, customer):
    subscription = subscribed(client, customer)

    deleted = client.test_helpers.test_clocks.delete(clock)

    assert deleted.deleted
    assert client.customers.retrieve(customer).deleted
    for gone in (
        lambda: client.test_helpers.test_clocks.retrieve(clock),
        lambda: client.subscriptions.retrieve(subscription.id),
        lambda: client.invoices.retrieve(subscription.latest_invoice),
    ):
        with pytest.raises(stripe.InvalidRequestError) as refusal:
            gone()
        assert refusal.value.code == "resource_missing"
    assert client.events.list().data[0].type == "test_helpers.test_clock.deleted"
    assert len(client.charges.list().data) == 1


def test_clock_is_deleted_after_thirty_days(own_sandbox, client, clock, customer):
    own_sandbox.switch("clock", {"advance": 30 * DAY})
    assert client.test_helpers.test_clocks.list().data == []
    assert client.customers.retrieve(customer).deleted


def test_customer_of_a_clock_that_is_not_there_is_refused(client):
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.customers.create({"test_clock": "clock_nowhere"})
    assert (refusal.value.code, refusal.value.param) == ("resource_missing", "test_clock")


def test_incomplete_subscription_of_a_clock_expires_by_it(client, clock, go_to):
    customer = new_customer(client, "pm_card_chargeCustomerFail", test_clock=clock)
    subscription = subscribed(client, customer, monthly(client))
    go_to(2030, 2, 1)
    ended = client.subscriptions.retrieve(subscription.id)
    assert (ended.status, ended.ended_at) == ("incomplete_expired", START + 23 * HOUR)
