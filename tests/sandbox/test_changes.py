"""Subscriptions that change in the middle of their period: what is credited, charged and carried over."""

import pytest
import stripe

from tests.sandbox.browser import pay
from tests.sandbox.builders import (
    charge_from_now_on,
    instant,
    monthly,
    new_customer,
    subscribed,
    subscribing,
)
from tests.support.sandbox_process import running_sandbox

START = instant(2030, 2, 1, 0)
END = instant(2030, 3, 1, 0)
HALF = instant(2030, 2, 15, 0)
"""February 2030 has 28 days: half of its price is left."""


@pytest.fixture(scope="module")
def sandbox():
    """One for this module: what is dated 2030 is the newest of all in any list."""
    with running_sandbox() as process:
        yield process


@pytest.fixture
def clock(client):
    return client.test_helpers.test_clocks.create({"frozen_time": START}).id


@pytest.fixture
def go_to(client, clock):
    return lambda *date: client.test_helpers.test_clocks.advance(clock, {"frozen_time": instant(*date)})


@pytest.fixture
def customer(client, clock):
    return new_customer(client, test_clock=clock)


@pytest.fixture
def subscription(client, customer, go_to):
    """Begun on 1 February for €10 a month; it is the 15th."""
    begun = subscribed(client, customer, monthly(client, 1000))
    go_to(2030, 2, 15, 0)
    return begun


@pytest.fixture
def change(client, subscription):
    def to(price, **fields):
        item = {"id": subscription["items"].data[0].id, "price": price}
        return client.subscriptions.update(
            subscription.id, {"items": [item | fields.pop("item", {})]} | fields
        )

    return to


def invoices(client, subscription):
    return client.invoices.list({"subscription": subscription.id, "limit": 100}).data[::-1]


def amounts(invoice):
    return [line.amount for line in invoice.lines.data]


def test_dearer_price_invoiced_at_once_costs_the_difference_for_the_rest(client, subscription, change):
    changed = change(monthly(client, 3000, name="Patron"), proration_behavior="always_invoice")

    invoice = client.invoices.retrieve(changed.latest_invoice)
    assert (invoice.billing_reason, invoice.status, invoice.amount_paid) == (
        "subscription_update",
        "paid",
        1000,
    )
    assert amounts(invoice) == [-500, 1500]
    assert [line.description for line in invoice.lines.data] == [
        "Unused time on Supporter", "Remaining time on Patron",
    ]  # fmt: skip
    assert [(line.period.start, line.period.end) for line in invoice.lines.data] == [(HALF, END)] * 2
    assert {line.parent.subscription_item_details.proration for line in invoice.lines.data} == {True}
    item = changed["items"].data[0]
    assert (item.price.unit_amount, item.current_period_end) == (3000, END)


def test_dearer_price_by_default_is_settled_with_the_next_invoice(
    client, subscription, change, customer, go_to
):
    change(monthly(client, 3000))
    assert len(invoices(client, subscription)) == 1

    go_to(2030, 3, 2)

    renewal = invoices(client, subscription)[1]
    assert (renewal.amount_paid, amounts(renewal)) == (4000, [-500, 1500, 3000])
    assert client.invoice_items.list({"customer": customer, "pending": True}).data == []


def test_price_changed_without_proration_counts_from_the_next_period(client, subscription, change, go_to):
    change(monthly(client, 3000), proration_behavior="none")
    assert len(invoices(client, subscription)) == 1
    go_to(2030, 3, 2)
    assert amounts(invoices(client, subscription)[1]) == [3000]


def test_cheaper_price_leaves_credit_which_the_next_invoices_use_up(
    client, subscription, change, customer, go_to
):
    price = client.subscriptions.retrieve(subscription.id)["items"].data[0].price.id
    change(monthly(client, 6000), proration_behavior="always_invoice")
    changed = change(price, proration_behavior="always_invoice")

    invoice = client.invoices.retrieve(changed.latest_invoice)
    assert (invoice.total, invoice.amount_due, invoice.status) == (-2500, 0, "paid")
    assert (invoice.starting_balance, invoice.ending_balance) == (0, -2500)
    assert client.customers.retrieve(customer).balance == -2500

    go_to(2030, 3, 2)
    renewal = invoices(client, subscription)[-1]
    assert (renewal.total, renewal.amount_due, renewal.ending_balance) == (1000, 0, -1500)
    go_to(2030, 5, 2)
    assert [each.amount_paid for each in invoices(client, subscription)[-2:]] == [0, 500]
    moved = client.customers.balance_transactions.list(customer).data
    assert [each.amount for each in moved] == [500, 1000, 1000, -2500]
    assert client.customers.retrieve(customer).balance == 0


def test_difference_too_small_to_charge_waits_on_the_balance(client, subscription, change, customer, go_to):
    change(monthly(client, 1080), proration_behavior="always_invoice")

    invoice = invoices(client, subscription)[-1]
    assert (invoice.total, invoice.amount_due, invoice.status) == (40, 0, "paid")
    assert client.customers.retrieve(customer).balance == 40

    go_to(2030, 3, 2)
    renewal = invoices(client, subscription)[-1]
    assert (renewal.total, renewal.amount_paid) == (1080, 1120)
    assert client.customers.retrieve(customer).balance == 0


def test_more_of_the_same_is_prorated_too(client, subscription, change):
    price = subscription["items"].data[0].price.id
    changed = change(price, item={"quantity": 3}, proration_behavior="always_invoice")
    assert amounts(client.invoices.retrieve(changed.latest_invoice)) == [-500, 1500]
    assert changed["items"].data[0].quantity == 3


def test_what_does_not_change_costs_nothing(client, subscription, change, customer):
    change(subscription["items"].data[0].price.id, proration_behavior="always_invoice")
    assert len(invoices(client, subscription)) == 1
    assert client.invoice_items.list({"customer": customer}).data == []


def test_other_interval_begins_a_new_period_which_is_billed_at_once(client, subscription, change, go_to):
    changed = change(monthly(client, 10000, interval="year"))

    item = changed["items"].data[0]
    invoice = client.invoices.retrieve(changed.latest_invoice)
    assert (item.current_period_start, item.current_period_end) == (HALF, instant(2031, 2, 15, 0))
    assert (changed.billing_cycle_anchor, amounts(invoice)) == (HALF, [-500, 10000])
    assert (invoice.status, invoice.amount_paid) == ("paid", 9500)
    go_to(2031, 2, 16)
    assert amounts(invoices(client, subscription)[-1]) == [10000]


def test_other_interval_while_running_out_runs_out_later(client, subscription, change, go_to):
    client.subscriptions.update(subscription.id, {"cancel_at_period_end": True})
    changed = change(monthly(client, 10000, interval="year"))
    assert changed.cancel_at == instant(2031, 2, 15, 0)
    go_to(2031, 2, 16)
    assert client.subscriptions.retrieve(subscription.id).status == "canceled"


def test_change_that_cannot_be_paid_is_past_due(client, subscription, change, customer):
    charge_from_now_on(client, customer, "pm_card_chargeCustomerFail")
    changed = change(monthly(client, 3000), proration_behavior="always_invoice")
    assert (changed.status, changed["items"].data[0].price.unit_amount) == ("past_due", 3000)
    assert invoices(client, subscription)[-1].next_payment_attempt == HALF + 3 * 24 * 60 * 60


@pytest.mark.parametrize(
    ("card", "code"),
    [
        ("pm_card_chargeCustomerFail", "card_declined"),
        ("pm_card_authenticationRequired", "subscription_payment_intent_requires_action"),
    ],
)
def test_change_that_must_be_paid_is_undone_if_it_cannot(client, subscription, change, customer, card, code):
    charge_from_now_on(client, customer, card)
    with pytest.raises(stripe.CardError) as refusal:
        change(
            monthly(client, 3000),
            proration_behavior="always_invoice",
            payment_behavior="error_if_incomplete",
        )
    assert (refusal.value.code, refusal.value.http_status) == (code, 402)
    found = client.subscriptions.retrieve(subscription.id)
    assert (found.status, found["items"].data[0].price.unit_amount) == ("active", 1000)
    assert len(invoices(client, subscription)) == 1
    assert client.invoice_items.list({"customer": customer}).data == []


def test_proration_can_be_dated_but_only_within_the_period(client, subscription, change):
    quarter = instant(2030, 2, 22, 0)
    changed = change(monthly(client, 3000), proration_behavior="always_invoice", proration_date=quarter)
    assert amounts(client.invoices.retrieve(changed.latest_invoice)) == [-250, 750]
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        change(monthly(client, 1000), proration_date=END + 1)
    assert refusal.value.param == "proration_date"


def test_change_in_a_trial_costs_nothing(client, customer):
    trial = subscribed(client, customer, monthly(client, 1000), trial_period_days=20)
    item = {"id": trial["items"].data[0].id, "price": monthly(client, 3000)}
    client.subscriptions.update(trial.id, {"items": [item], "proration_behavior": "always_invoice"})
    assert [each.total for each in invoices(client, trial) if each.total] == []


def test_trial_ended_now_is_billed_now(client, customer, go_to):
    trial = subscribed(client, customer, monthly(client, 1000), trial_period_days=20)
    go_to(2030, 2, 5, 0)
    ended = client.subscriptions.update(trial.id, {"trial_end": "now"})
    [_, first] = invoices(client, trial)
    item = ended["items"].data[0]
    assert (ended.status, first.status, first.amount_paid) == ("active", "paid", 1000)
    assert (item.current_period_start, item.current_period_end) == (
        instant(2030, 2, 5, 0), instant(2030, 3, 5, 0),
    )  # fmt: skip


def test_trial_can_be_made_longer(client, customer, go_to):
    trial = subscribed(client, customer, monthly(client, 1000), trial_period_days=20)
    until = instant(2030, 3, 10, 0)
    longer = client.subscriptions.update(trial.id, {"trial_end": until})
    assert (longer.trial_end, longer["items"].data[0].current_period_end) == (until, until)
    go_to(2030, 3, 9)
    assert client.subscriptions.retrieve(trial.id).status == "trialing"
    go_to(2030, 3, 11)
    assert client.subscriptions.retrieve(trial.id).status == "active"


def test_balance_moved_by_hand_lowers_the_next_invoice_and_comes_back_if_that_is_void(
    client, customer, go_to
):
    begun = subscribed(client, customer, monthly(client, 1000))
    given = {"amount": -300, "currency": "eur", "description": "Sorry for the outage"}
    moved = client.customers.balance_transactions.create(customer, given)
    assert (moved.type, moved.ending_balance) == ("adjustment", -300)
    charge_from_now_on(client, customer, "pm_card_chargeCustomerFail")

    go_to(2030, 3, 2)
    renewal = invoices(client, begun)[-1]
    assert (renewal.amount_due, client.customers.retrieve(customer).balance) == (700, 0)
    client.invoices.void_invoice(renewal.id)

    assert client.customers.retrieve(customer).balance == -300
    newest = client.customers.balance_transactions.list(customer).data[0]
    assert (newest.type, newest.invoice) == ("unapplied_from_invoice", renewal.id)


def test_checkout_is_paid_in_full_whatever_credit_there_is(client, customer):
    client.customers.balance_transactions.create(customer, {"amount": -300, "currency": "eur"})
    session = client.checkout.sessions.create(subscribing(customer=customer))

    pay(session.url)

    paid = client.checkout.sessions.retrieve(session.id, {"expand": ["invoice"]})
    assert (paid.amount_total, paid.invoice.amount_paid, paid.invoice.starting_balance) == (1000, 1000, 0)
    assert client.customers.retrieve(customer).balance == -300


def lines(invoice):
    return [
        (line.amount, line.pricing.price_details.price, line.period.start, line.period.end)
        for line in invoice.lines.data
    ]


def test_cheaper_interval_from_the_end_of_what_is_paid(client, customer, go_to):
    """What a reader does who goes from yearly to monthly: nothing now, then the month's price."""
    yearly = subscribed(client, customer, monthly(client, 10000, interval="year"))
    price = monthly(client, 1000)
    go_to(2030, 3, 1, 0)
    end = instant(2031, 2, 1, 0)
    change = {"items": [{"id": yearly["items"].data[0].id, "price": price}], "trial_end": end}
    change |= {"proration_behavior": "none", "metadata": {"groundswell_rest": "change"}}

    rests = client.subscriptions.update(yearly.id, change)

    item = rests["items"].data[0]
    assert (rests.status, rests.trial_start, rests.trial_end) == ("trialing", instant(2030, 3, 1, 0), end)
    assert (item.price.id, item.current_period_end, rests.billing_cycle_anchor) == (price, end, end)
    told = client.invoices.retrieve(rests.latest_invoice)
    assert (told.billing_reason, told.status, told.total) == ("subscription_update", "paid", 0)
    assert lines(told) == [(0, price, instant(2030, 3, 1, 0), end)]
    assert client.customers.retrieve(customer).balance == 0

    go_to(2031, 2, 1, 2)
    renewed = client.subscriptions.retrieve(yearly.id, {"expand": ["latest_invoice"]})
    first = renewed.latest_invoice
    assert (renewed.status, first.billing_reason, first.amount_paid) == ("active", "subscription_cycle", 1000)
    assert lines(first) == [(1000, price, end, instant(2031, 3, 1, 0))]
    go_to(2031, 3, 2)
    assert len(invoices(client, yearly)) == 4


def test_rest_can_run_out_and_be_taken_up_again(client, subscription, go_to):
    client.subscriptions.update(subscription.id, {"cancel_at_period_end": True})
    until = instant(2030, 6, 1, 0)
    rests = client.subscriptions.update(subscription.id, {"trial_end": until, "proration_behavior": "none"})
    assert (rests.cancel_at_period_end, rests.cancel_at) == (True, until)
    kept = client.subscriptions.update(subscription.id, {"cancel_at_period_end": False})
    assert (kept.cancel_at, kept.status) == (None, "trialing")

    go_to(2030, 4, 10, 0)
    again = client.subscriptions.update(subscription.id, {"trial_end": "now"})

    bill = client.invoices.retrieve(again.latest_invoice)
    assert (again.status, again.trial_end) == ("active", instant(2030, 4, 10, 0))
    assert (bill.billing_reason, bill.status, bill.amount_paid) == ("subscription_update", "paid", 1000)
    assert [(line.period.start, line.period.end) for line in bill.lines.data] == [
        (instant(2030, 4, 10, 0), instant(2030, 5, 10, 0))
    ]


def test_rest_that_runs_out_ends_without_another_charge(client, subscription, go_to):
    until = instant(2030, 6, 1, 0)
    client.subscriptions.update(subscription.id, {"trial_end": until, "proration_behavior": "none"})
    client.subscriptions.update(subscription.id, {"cancel_at_period_end": True})
    go_to(2030, 6, 2, 0)
    ended = client.subscriptions.retrieve(subscription.id)
    assert (ended.status, ended.ended_at) == ("canceled", until)
    assert [each.total for each in invoices(client, subscription)] == [1000, 0]


def test_rest_with_proration_gives_back_what_was_paid(client, subscription, customer):
    client.subscriptions.update(subscription.id, {"trial_end": instant(2030, 6, 1, 0)})
    assert amounts(invoices(client, subscription)[-1]) == [-500, 0]
    assert client.customers.retrieve(customer).balance == -500


def test_other_interval_in_a_trial_is_billed_when_the_trial_ends(client, customer, go_to):
    trial = subscribed(client, customer, monthly(client, 1000), trial_period_days=20)
    item = {"id": trial["items"].data[0].id, "price": monthly(client, 10000, interval="year")}
    changed = client.subscriptions.update(trial.id, {"items": [item]})
    assert (changed.status, changed.latest_invoice) == ("trialing", trial.latest_invoice)
    go_to(2030, 2, 22)
    assert [each.amount_paid for each in invoices(client, trial)] == [0, 10000]


def test_end_of_a_rest_is_told_ahead_and_only_once(client, subscription, go_to):
    client.subscriptions.update(subscription.id, {"trial_end": END, "proration_behavior": "none"})
    go_to(2030, 2, 28, 0)
    client.subscriptions.update(subscription.id, {"metadata": {"a": "b"}})
    found = client.events.list({"limit": 100, "type": "customer.subscription.trial_will_end"}).data
    assert [event.data.object.id for event in found].count(subscription.id) == 1


def test_price_made_on_the_spot_belongs_to_the_product(client, subscription):
    product = client.products.create({"name": "Supporter"}).id
    price = {"currency": "eur", "product": product, "recurring": {"interval": "month"}, "unit_amount": 1500}
    item = {"id": subscription["items"].data[0].id, "price_data": price}
    changed = client.subscriptions.update(
        subscription.id, {"items": [item], "proration_behavior": "always_invoice"}
    )
    made = changed["items"].data[0].price
    assert (made.product, made.unit_amount, made.active) == (product, 1500, False)
    charged = client.invoices.retrieve(changed.latest_invoice).lines.data[1]
    assert charged.pricing.price_details.to_dict() == {"price": made.id, "product": product}


def test_reasons_and_metadata_are_merged(client, subscription):
    client.subscriptions.update(subscription.id, {"metadata": {"a": "1", "b": "2"}})
    reasons = {"cancel_at_period_end": True, "cancellation_details": {"feedback": "too_expensive"}}
    client.subscriptions.update(subscription.id, reasons | {"metadata": {"b": "", "c": "3"}})
    told = client.subscriptions.update(subscription.id, {"cancellation_details": {"comment": "Later"}})
    assert told.metadata.to_dict() == {"a": "1", "c": "3"}
    assert told.cancellation_details.to_dict() == {
        "comment": "Later", "feedback": "too_expensive", "reason": "cancellation_requested",
    }  # fmt: skip


@pytest.mark.parametrize("end", [START - 1, START + 800 * 24 * 60 * 60])
def test_trial_must_end_within_two_years_to_come(client, subscription, end):
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.subscriptions.update(subscription.id, {"trial_end": end})
    assert refusal.value.param == "trial_end"


def test_end_of_a_trial_that_is_moved_near_is_not_announced_too_late(client, customer, go_to):
    trial = subscribed(client, customer, monthly(client, 1000), trial_period_days=20)
    go_to(2030, 2, 10, 0)
    client.subscriptions.update(trial.id, {"trial_end": instant(2030, 2, 13, 0)})
    go_to(2030, 2, 14, 0)
    found = client.events.list({"limit": 100, "type": "invoice.upcoming"}).data
    of = [event.data.object.parent.subscription_details.subscription for event in found]
    assert trial.id not in of
    assert invoices(client, trial)[-1].amount_paid == 1000
