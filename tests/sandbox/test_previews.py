"""Invoice previews: they say to the unit what the change then bills, and leave no trace."""

import pytest
import stripe

from tests.sandbox.builders import instant, monthly, new_customer, subscribed
from tests.support.sandbox_process import running_sandbox

START, END = instant(2030, 2, 1, 0), instant(2030, 3, 1, 0)
ODD = instant(2030, 2, 13, 7, 41)


@pytest.fixture(scope="module")
def sandbox():
    with running_sandbox() as process:
        yield process


@pytest.fixture
def clock(client):
    return client.test_helpers.test_clocks.create({"frozen_time": START}).id


@pytest.fixture
def customer(client, clock):
    return new_customer(client, test_clock=clock)


@pytest.fixture
def subscription(client, clock, customer):
    """Begun on 1 February for €9.99 a month; it is an odd minute of the 13th."""
    begun = subscribed(client, customer, monthly(client, 999))
    client.test_helpers.test_clocks.advance(clock, {"frozen_time": ODD})
    return begun


@pytest.fixture
def product(client, subscription):
    return client.prices.retrieve(subscription["items"].data[0].price.id).product


def preview(client, subscription, **details):
    wanted = {"subscription": subscription.id, "subscription_details": details}
    return client.invoices.create_preview(wanted)


def told(invoice):
    """What an invoice says that can be compared: sums, and of each line its amount, words, period, price and parent."""
    lines = [
        (
            line.amount, line.description, line.period.to_dict(), line.pricing.unit_amount_decimal,
            line.parent.subscription_item_details.proration,
        )
        for line in invoice.lines.data
    ]  # fmt: skip
    return (invoice.total, invoice.amount_due, invoice.starting_balance, invoice.ending_balance, lines)


def count(client, customer):
    things = (client.invoices, client.invoice_items, client.customers.balance_transactions)
    lists = [things[0].list({"customer": customer}), things[1].list({"customer": customer})]
    return [len(each.data) for each in (*lists, things[2].list(customer), client.events.list({"limit": 100}))]


@pytest.mark.parametrize("balance", [0, -300, -50000, 250])
@pytest.mark.parametrize(
    ("amount", "interval", "behavior"),
    [
        (2999, "month", "always_invoice"),
        (301, "month", "always_invoice"),
        (1020, "month", "always_invoice"),
        (9999, "year", "create_prorations"),
        (9999, "year", "none"),
    ],
)
def test_change_bills_exactly_what_its_preview_said(
    client, subscription, customer, balance, amount, interval, behavior
):
    if balance:
        given = {"amount": balance, "currency": "eur"}
        client.customers.balance_transactions.create(customer, given)
    price = monthly(client, amount, interval=interval)
    change = {"items": [{"id": subscription["items"].data[0].id, "price": price}]}
    change |= {"proration_behavior": behavior, "proration_date": ODD}
    before = count(client, customer)

    said = preview(client, subscription, **change)

    assert count(client, customer) == before
    assert (said.id[:9], said.status, said.billing_reason, said.number) == (
        "upcoming_", "draft", "upcoming", None,
    )  # fmt: skip
    assert client.subscriptions.retrieve(subscription.id) == subscription
    changed = client.subscriptions.update(subscription.id, change)
    billed = client.invoices.retrieve(changed.latest_invoice)
    assert told(billed) == told(said)
    assert billed.amount_paid == said.amount_due


def test_plain_preview_is_the_next_renewal_with_what_waits(client, clock, subscription, customer):
    client.invoice_items.create({"customer": customer, "amount": 250, "currency": "eur"})
    said = client.invoices.create_preview({"subscription": subscription.id, "customer": customer})
    assert [line.amount for line in said.lines.data] == [250, 999]
    assert (said.created, said.amount_due, said.next_payment_attempt) == (END, 1249, END + 3600)

    client.test_helpers.test_clocks.advance(clock, {"frozen_time": instant(2030, 3, 2)})

    [renewal, _] = client.invoices.list({"subscription": subscription.id}).data
    assert (renewal.created, renewal.amount_paid) == (END, 1249)


def test_preview_of_a_change_settled_later_is_the_next_renewal_with_it(client, clock, subscription, product):
    price = {"currency": "eur", "product": product, "recurring": {"interval": "month"}, "unit_amount": 1999}
    item = {"id": subscription["items"].data[0].id, "price_data": price}
    prices = len(client.prices.list({"product": product}).data)

    later = preview(client, subscription, items=[item], proration_date=ODD)
    never = preview(client, subscription, items=[item], proration_behavior="none")

    assert len(client.prices.list({"product": product}).data) == prices
    assert [line.amount for line in never.lines.data] == [1999]
    client.subscriptions.update(subscription.id, {"items": [item], "proration_date": ODD})
    client.test_helpers.test_clocks.advance(clock, {"frozen_time": instant(2030, 3, 2)})
    [renewal, _] = client.invoices.list({"subscription": subscription.id}).data
    assert told(renewal) == told(later)
    assert {line.pricing.price_details.product for line in renewal.lines.data} == {product}


def test_preview_of_a_trial_charges_nothing_now(client, subscription):
    said = preview(client, subscription, trial_end=END, proration_behavior="none")
    assert (said.amount_due, [line.period.end for line in said.lines.data]) == (0, [END])


def test_what_runs_out_has_no_next_invoice(client, subscription):
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        preview(client, subscription, cancel_at_period_end=True)
    assert (refusal.value.code, refusal.value.http_status) == ("invoice_upcoming_none", 404)
    client.subscriptions.update(subscription.id, {"cancel_at_period_end": True})
    with pytest.raises(stripe.InvalidRequestError, match="No upcoming invoices"):
        client.invoices.create_preview({"subscription": subscription.id})
    assert preview(client, subscription, cancel_at_period_end=False).amount_due == 999


@pytest.mark.parametrize(
    ("params", "param"),
    [
        ({"customer": "cus_1"}, "a preview without `subscription`"),
        ({"subscription": "sub_nobody"}, "subscription"),
        ({"discounts": [{"coupon": "half"}]}, "discounts"),
        ({"subscription_details": {"cancel_now": True}}, "subscription_details[cancel_now]"),
    ],
)
def test_preview_that_is_not_played_is_refused(client, params, param):
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.invoices.create_preview(params)
    assert refusal.value.param == param


def test_preview_casts_no_die_of_the_faults(own_sandbox):
    client = own_sandbox.client().v1
    begun = subscribed(client)
    own_sandbox.switch("faults", {"webhooks": {"never_generated": 1}})
    preview(client, begun, trial_end="now", items=[{"id": begun["items"].data[0].id, "quantity": 2}])
    assert own_sandbox.switch("faults")["webhooks"]["struck"] == {"never_generated": 0}
