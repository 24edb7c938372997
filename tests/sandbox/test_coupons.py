"""Coupons: what they take off, how long they count, and what a change of plan makes of them."""

import pytest
import stripe

from sandbox.coupons import taken
from tests.sandbox.browser import pay, visit
from tests.sandbox.builders import instant, monthly, new_customer, one_time, subscribed, subscribing
from tests.support.sandbox_process import running_sandbox


@pytest.fixture(scope="module")
def sandbox():
    with running_sandbox() as process:
        yield process


@pytest.fixture
def clock(client):
    return client.test_helpers.test_clocks.create({"frozen_time": instant(2030, 2, 1, 0)}).id


@pytest.fixture
def go_to(client, clock):
    return lambda *date: client.test_helpers.test_clocks.advance(clock, {"frozen_time": instant(*date)})


@pytest.fixture
def customer(client, clock):
    return new_customer(client, test_clock=clock)


def coupon(client, **terms):
    return client.coupons.create({"percent_off": 50} | terms).id


def invoices(client, subscription):
    return client.invoices.list({"subscription": subscription.id, "limit": 100}).data[::-1]


def paid(client, subscription):
    return [each.amount_paid for each in invoices(client, subscription)]


@pytest.mark.parametrize(
    ("terms", "amounts"),
    [
        ({"duration": "once"}, [500, 1000, 1000, 1000]),
        ({"duration": "repeating", "duration_in_months": 3}, [500, 500, 500, 1000]),
        ({"duration": "forever"}, [500, 500, 500, 500]),
        ({"percent_off": 33.3, "duration": "forever"}, [667, 667, 667, 667]),
        ({"percent_off": None, "amount_off": 300, "currency": "eur"}, [700, 1000, 1000, 1000]),
        ({"percent_off": 100, "duration": "repeating", "duration_in_months": 2}, [0, 0, 1000, 1000]),
    ],
)
def test_coupon_counts_as_long_as_it_says(client, customer, go_to, terms, amounts):
    terms = {name: value for name, value in ({"percent_off": 50} | terms).items() if value is not None}
    made = client.coupons.create(terms)
    begun = subscribed(client, customer, monthly(client, 1000), discounts=[{"coupon": made.id}])
    go_to(2030, 5, 2)
    assert paid(client, begun) == amounts
    assert client.coupons.retrieve(made.id).times_redeemed == 1
    left = client.subscriptions.retrieve(begun.id).discounts
    assert len(left) == (1 if terms.get("duration") == "forever" else 0)


def test_invoice_says_what_was_taken_off_by_what(client, customer):
    made = coupon(client, duration="forever", name="Half price")
    begun = subscribed(client, customer, monthly(client, 999), discounts=[{"coupon": made}])
    expand = ["total_discount_amounts.discount", "discounts.source.coupon"]
    invoice = client.invoices.retrieve(begun.latest_invoice, {"expand": expand})
    [off], [line] = invoice.total_discount_amounts, invoice.lines.data
    assert (invoice.subtotal, invoice.total, invoice.amount_due, off.amount) == (999, 499, 499, 500)
    assert (off.discount.subscription, off.discount.id) == (begun.id, begun.discounts[0])
    assert invoice.discounts[0].source.coupon.name == "Half price"
    assert [each.to_dict() for each in line.discount_amounts] == [
        {"amount": 500, "discount": off.discount.id}
    ]
    assert line.amount == 999
    assert "Discount −€5.00 Total €4.99" in visit(invoice.hosted_invoice_url).text


def test_checkout_shows_the_offer_and_charges_less(client, customer, go_to):
    made = coupon(client, duration="repeating", duration_in_months=2, name="Spring offer")
    session = client.checkout.sessions.create(subscribing(customer=customer, discounts=[{"coupon": made}]))
    assert (session.amount_subtotal, session.amount_total) == (1000, 500)
    assert session.total_details.amount_discount == 500
    page = visit(session.url)
    assert "Spring offer 50 % off for 2 months −€5.00" in page.text
    assert "Total due today €5.00" in page.text

    pay(session.url)

    wanted = ["subscription.discounts", "invoice", "line_items"]
    done = client.checkout.sessions.retrieve(session.id, {"expand": wanted})
    assert (done.payment_status, done.invoice.amount_paid) == ("paid", 500)
    assert (done.line_items.data[0].amount_discount, done.discounts[0].coupon) == (500, made)
    [discount] = done.subscription.discounts
    assert (discount.checkout_session, discount.end) == (session.id, instant(2030, 4, 1, 0))
    go_to(2030, 4, 2)
    assert paid(client, done.subscription) == [500, 500, 1000]


def test_checkout_that_costs_nothing_keeps_the_card(client, customer, go_to):
    free = {"percent_off": 100, "duration": "once"}
    session = client.checkout.sessions.create(
        subscribing(customer=customer, discounts=[{"coupon": coupon(client, **free)}])
    )
    pay(session.url)
    done = client.checkout.sessions.retrieve(session.id, {"expand": ["subscription"]})
    assert (done.payment_status, done.subscription.status) == ("no_payment_required", "active")
    go_to(2030, 3, 2)
    assert paid(client, done.subscription) == [0, 1000]


def test_single_payment_costs_less_too(client):
    off = {"amount_off": 500, "currency": "eur"}
    made = client.coupons.create(off | {"currency_options": {"usd": {"amount_off": 600}}})
    session = client.checkout.sessions.create(one_time(2500, currency="usd", discounts=[{"coupon": made.id}]))
    pay(session.url)
    done = client.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})
    assert (done.amount_total, done.payment_intent.amount_received) == (1900, 1900)


def test_coupon_that_counts_once_waits_for_the_end_of_a_trial(client, customer, go_to):
    offer = [{"coupon": coupon(client, duration="once")}]
    begun = subscribed(client, customer, monthly(client, 1000), trial_period_days=14, discounts=offer)
    go_to(2030, 4, 1, 0)
    assert paid(client, begun) == [0, 500, 1000]


def test_change_gives_back_what_was_paid_and_charges_what_the_offer_leaves(client, customer, go_to):
    """Half of February is left: of €5 that were paid, and of €30 at half price."""
    offer = [{"coupon": coupon(client, duration="forever")}]
    begun = subscribed(client, customer, monthly(client, 1000), discounts=offer)
    go_to(2030, 2, 15, 0)
    item = {"id": begun["items"].data[0].id, "price": monthly(client, 3000)}
    change = {"items": [item], "proration_behavior": "always_invoice"}
    said = client.invoices.create_preview({"subscription": begun.id, "subscription_details": change})
    client.subscriptions.update(begun.id, change)

    bill = invoices(client, begun)[-1]
    assert [line.amount for line in bill.lines.data] == [-250, 750]
    assert (bill.amount_paid, said.amount_due, bill.total_discount_amounts[0].amount) == (500, 500, 0)
    go_to(2030, 3, 2)
    assert paid(client, begun)[-1] == 1500


def test_offer_that_counted_once_is_given_back_as_it_was_paid(client, customer, go_to):
    offer = [{"coupon": coupon(client, duration="once")}]
    begun = subscribed(client, customer, monthly(client, 1000), discounts=offer)
    go_to(2030, 2, 15, 0)
    item = {"id": begun["items"].data[0].id, "price": monthly(client, 3000)}
    client.subscriptions.update(begun.id, {"items": [item], "proration_behavior": "always_invoice"})
    assert [line.amount for line in invoices(client, begun)[-1].lines.data] == [-250, 1500]


def test_offer_to_somebody_who_wants_to_leave(client, customer, go_to):
    begun = subscribed(client, customer, monthly(client, 1000))
    offer = {"discounts": [{"coupon": coupon(client, duration="repeating", duration_in_months=2)}]}
    stays = client.subscriptions.update(begun.id, offer)
    assert client.invoices.create_preview({"subscription": begun.id}).amount_due == 500
    kept = client.subscriptions.update(begun.id, {"discounts": [{"discount": stays.discounts[0]}]})
    assert kept.discounts == stays.discounts
    go_to(2030, 3, 2)
    ended = client.subscriptions.update(begun.id, {"discounts": ""})
    assert ended.discounts == []
    go_to(2030, 4, 2)
    assert paid(client, begun) == [1000, 500, 1000]
    told = [event.type for event in client.events.list({"limit": 100}).data]
    assert {"customer.discount.created", "customer.discount.deleted"} <= set(told)


def test_deleted_coupon_goes_on_for_who_has_it_and_for_nobody_else(client, customer, go_to):
    made = coupon(client, duration="forever")
    begun = subscribed(client, customer, monthly(client, 1000), discounts=[{"coupon": made}])
    client.coupons.delete(made)
    go_to(2030, 3, 2)
    assert paid(client, begun) == [500, 500]
    with pytest.raises(stripe.InvalidRequestError, match="No such coupon"):
        subscribed(client, customer, monthly(client), discounts=[{"coupon": made}])


def test_coupon_is_used_up_and_runs_out(client):
    few = client.coupons.create({"percent_off": 10, "max_redemptions": 1})
    assert few.valid
    subscribed(client, discounts=[{"coupon": few.id}])
    assert client.coupons.retrieve(few.id).valid is False
    late = client.coupons.create({"percent_off": 10, "redeem_by": instant(2020, 1, 1)})
    for spent in (few, late):
        with pytest.raises(stripe.InvalidRequestError) as refusal:
            client.checkout.sessions.create(subscribing(discounts=[{"coupon": spent.id}]))
        assert refusal.value.code == "coupon_expired"


@pytest.mark.parametrize(
    ("terms", "param"),
    [
        ({}, "percent_off"),
        ({"percent_off": 10, "amount_off": 10, "currency": "eur"}, "percent_off"),
        ({"percent_off": 101}, "percent_off"),
        ({"amount_off": 100}, "currency"),
        ({"percent_off": 10, "duration": "repeating"}, "duration_in_months"),
        ({"percent_off": 10, "applies_to": {"products": ["prod_1"]}}, "applies_to"),
    ],
)
def test_coupon_that_cannot_be_is_refused(client, terms, param):
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.coupons.create(terms)
    assert refusal.value.param == param


def test_coupon_in_another_currency_is_refused(client):
    dollars = client.coupons.create({"amount_off": 100, "currency": "usd"}).id
    with pytest.raises(stripe.InvalidRequestError, match="does not match"):
        client.checkout.sessions.create(subscribing(discounts=[{"coupon": dollars}]))


@pytest.mark.parametrize(
    ("terms", "amounts", "currency", "parts"),
    [
        ([{"percent_off": 50}], [999, -300], "eur", [[500, 0]]),
        ([{"percent_off": None, "_amounts": {"eur": 100}}], [100, 100, 100], "eur", [[33, 34, 33]]),
        ([{"percent_off": None, "_amounts": {"eur": 5000}}], [900, 100], "eur", [[900, 100]]),
        ([{"percent_off": 50}, {"percent_off": 10}], [1000], "eur", [[500], [50]]),
        ([{"percent_off": 25.5}], [1010], "kwd", [[260]]),
        ([{"percent_off": 10}], [0, 0], "eur", [[0, 0]]),
        ([{"percent_off": None, "_amounts": {"eur": 100}}], [0], "eur", [[0]]),
    ],
)
def test_what_is_taken_off_sums_up(terms, amounts, currency, parts):
    assert taken(terms, amounts, currency) == parts
