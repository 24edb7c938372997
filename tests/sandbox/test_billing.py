"""Subscriptions, invoices, refunds and the balance, driven through the API alone."""

import pytest
import stripe


@pytest.fixture
def customer(client):
    return client.customers.create({"email": "ada@example.org"})


@pytest.fixture
def monthly(client):
    product = client.products.create({"name": "Supporter"})
    wanted = {
        "product": product.id,
        "currency": "eur",
        "unit_amount": 1000,
        "recurring": {"interval": "month"},
    }
    return client.prices.create(wanted)


def attached(client, customer, token):
    return client.payment_methods.attach(token, {"customer": customer.id}).id


def subscribe(client, customer, price, token="pm_card_visa", **changes):
    method = attached(client, customer, token)
    wanted = {"customer": customer.id, "items": [{"price": price.id}], "default_payment_method": method}
    return client.subscriptions.create(wanted | changes)


def test_subscription_with_a_good_card_is_active_and_its_invoice_paid(client, customer, monthly):
    subscription = subscribe(client, customer, monthly, expand=["latest_invoice"])
    invoice = subscription.latest_invoice
    [line] = invoice.lines.data
    item = subscription["items"].data[0]
    assert (subscription.status, invoice.status, invoice.total) == ("active", "paid", 1000)
    assert (line.period.start, line.period.end) == (item.current_period_start, item.current_period_end)
    assert line.description == "1 × Supporter (at €10.00 / month)"
    assert line.parent.subscription_item_details.subscription_item == item.id
    for legacy in ("subscription", "charge", "payment_intent", "paid"):
        assert not hasattr(invoice, legacy)


def test_subscription_whose_card_fails_is_incomplete_until_the_invoice_is_paid(client, customer, monthly):
    subscription = subscribe(client, customer, monthly, "pm_card_chargeCustomerFail")
    invoice = client.invoices.retrieve(subscription.latest_invoice)
    assert (subscription.status, invoice.status, invoice.attempt_count) == ("incomplete", "open", 1)

    client.invoices.pay(invoice.id, {"payment_method": attached(client, customer, "pm_card_visa")})

    assert client.subscriptions.retrieve(subscription.id).status == "active"
    [payment] = client.invoice_payments.list({"invoice": invoice.id}).data
    assert (payment.status, payment.amount_paid) == ("paid", 1000)


def test_subscription_that_must_not_be_incomplete_leaves_nothing_when_refused(client, customer, monthly):
    with pytest.raises(stripe.CardError):
        subscribe(
            client, customer, monthly, "pm_card_chargeCustomerFail", payment_behavior="error_if_incomplete"
        )
    assert client.subscriptions.list({"customer": customer.id, "status": "all"}).data == []
    assert client.invoices.list({"customer": customer.id}).data == []


def test_subscription_with_a_card_that_asks_waits_for_its_payment_intent(client, customer, monthly):
    subscription = subscribe(client, customer, monthly, "pm_card_authenticationRequired")
    [payment] = client.invoice_payments.list({"invoice": subscription.latest_invoice}).data
    intent = client.payment_intents.retrieve(payment.payment.payment_intent)
    assert (subscription.status, intent.status) == ("incomplete", "requires_action")

    client.payment_intents.confirm(intent.id, {"payment_method": attached(client, customer, "pm_card_visa")})

    assert client.subscriptions.retrieve(subscription.id).status == "active"
    assert client.invoices.retrieve(subscription.latest_invoice).status == "paid"


def test_subscription_when_told_to_run_out_keeps_its_period_and_can_be_kept(client, customer, monthly):
    subscription = subscribe(client, customer, monthly)
    end = subscription["items"].data[0].current_period_end

    ending = client.subscriptions.update(subscription.id, {"cancel_at_period_end": True})
    kept = client.subscriptions.update(subscription.id, {"cancel_at_period_end": False})

    assert (ending.status, ending.cancel_at, ending.cancel_at_period_end) == ("active", end, True)
    assert (kept.cancel_at, kept.canceled_at, kept.cancel_at_period_end) == (None, None, False)


def test_subscription_when_cancelled_has_ended_and_is_not_listed(client, customer, monthly):
    subscription = subscribe(client, customer, monthly)

    ended = client.subscriptions.cancel(subscription.id)

    assert (ended.status, ended.ended_at is None) == ("canceled", False)
    assert client.subscriptions.list({"customer": customer.id}).data == []
    everything = client.subscriptions.list({"customer": customer.id, "status": "all"}).data
    assert [one.id for one in everything] == [subscription.id]
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.subscriptions.cancel(subscription.id)
    assert refusal.value.http_status == 404


def test_card_that_declines_cannot_be_attached(client, customer):
    with pytest.raises(stripe.CardError) as refusal:
        attached(client, customer, "pm_card_chargeDeclined")
    assert (refusal.value.code, refusal.value.error.decline_code) == ("card_declined", "generic_decline")
    assert client.payment_methods.list({"customer": customer.id}).data == []


def test_declined_intent_keeps_its_failed_charge_and_can_be_confirmed_again(client):
    intent = client.payment_intents.create({"amount": 2000, "currency": "eur"})
    with pytest.raises(stripe.CardError):
        client.payment_intents.confirm(intent.id, {"payment_method": "pm_card_chargeDeclined"})

    failed = client.payment_intents.retrieve(intent.id)
    paid = client.payment_intents.confirm(intent.id, {"payment_method": "pm_card_visa"})

    assert (failed.status, failed.payment_method) == ("requires_payment_method", None)
    assert client.charges.retrieve(failed.latest_charge).status == "failed"
    assert (paid.status, paid.amount_received, paid.last_payment_error) == ("succeeded", 2000, None)


def test_succeeded_intent_can_be_neither_confirmed_nor_cancelled(client):
    wanted = {"amount": 2000, "currency": "eur", "payment_method": "pm_card_visa", "confirm": True}
    intent = client.payment_intents.create(wanted)
    for act in (client.payment_intents.confirm, client.payment_intents.cancel):
        with pytest.raises(stripe.InvalidRequestError) as refusal:
            act(intent.id)
        assert refusal.value.code == "payment_intent_unexpected_state"


def test_refund_in_parts_gives_back_all_and_no_more(client):
    wanted = {"amount": 2000, "currency": "eur", "payment_method": "pm_card_visa", "confirm": True}
    intent = client.payment_intents.create(wanted)

    part = client.refunds.create({"payment_intent": intent.id, "amount": 500})
    with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded amount"):
        client.refunds.create({"payment_intent": intent.id, "amount": 1501})
    rest = client.refunds.create({"charge": intent.latest_charge})

    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.refunds.create({"payment_intent": intent.id})
    charge = client.charges.retrieve(intent.latest_charge, {"expand": ["refunds"]})
    moved = client.balance_transactions.retrieve(part.balance_transaction)
    assert refusal.value.code == "charge_already_refunded"
    assert (rest.amount, charge.amount_refunded, charge.refunded) == (1500, 2000, True)
    assert [one.amount for one in charge.refunds.data] == [1500, 500]
    assert (moved.amount, moved.fee, moved.net, moved.type) == (-500, 0, -500, "refund")


def test_balance_is_the_sum_of_what_moved_in_each_currency(own_sandbox):
    client = own_sandbox.client().v1
    for amount, currency in ((1000, "eur"), (2500, "eur"), (1000, "jpy")):
        wanted = {"amount": amount, "currency": currency, "payment_method": "pm_card_visa", "confirm": True}
        client.payment_intents.create(wanted)

    pending = {purse.currency: purse.amount for purse in client.balance.retrieve().pending}

    moved = client.balance_transactions.list({"limit": 100}).data
    assert pending == {"eur": 941 + 2397, "jpy": 941}
    assert sum(one.net for one in moved if one.currency == "eur") == pending["eur"]


def test_setup_intent_saves_a_card_without_charging_it(client, customer):
    setup = client.setup_intents.create(
        {
            "customer": customer.id,
            "payment_method": "pm_card_visa",
            "confirm": True,
            "return_url": "https://site.example",
        }
    )
    [method] = client.payment_methods.list({"customer": customer.id}).data
    assert (setup.status, setup.payment_method) == ("succeeded", method.id)
    assert client.charges.list({"customer": customer.id}).data == []
