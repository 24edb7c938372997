"""What staff do in Stripe's dashboard, by the switch that stands for it."""

import urllib.error

import pytest
import stripe

from tests.sandbox.builders import instant, monthly, subscribed


@pytest.fixture
def client(in_2030):
    return in_2030.client().v1


@pytest.fixture
def subscription(client):
    return subscribed(client)


@pytest.fixture
def act(in_2030):
    return lambda action, **body: in_2030.switch("dashboard", {"action": action} | body)


def newest(client):
    return client.events.list({"limit": 1}).data[0]


def test_cancel_now_ends_the_subscription(client, subscription, act):
    answer = act("cancel", subscription=subscription.id, cancellation_details={"feedback": "unused"})
    event = newest(client)
    assert (answer["status"], answer["cancellation_details"]["feedback"]) == ("canceled", "unused")
    assert (event.type, event.request.id) == ("customer.subscription.deleted", None)
    assert client.subscriptions.retrieve(subscription.id).status == "canceled"


def test_cancel_at_period_end_lets_it_run_out(in_2030, client, subscription, act):
    act("cancel", subscription=subscription.id, at_period_end=True)
    assert client.subscriptions.retrieve(subscription.id).cancel_at_period_end
    in_2030.switch("clock", {"to": instant(2030, 3, 1)})
    assert client.subscriptions.retrieve(subscription.id).status == "canceled"


@pytest.mark.parametrize(
    ("behavior", "billed"), [("always_invoice", 2), ("create_prorations", 1), ("none", 1)]
)
def test_change_of_price_is_prorated_as_asked(client, subscription, act, behavior, billed):
    price = monthly(client, 3000)
    act("change_price", subscription=subscription.id, price=price, proration_behavior=behavior)
    assert client.subscriptions.retrieve(subscription.id)["items"].data[0].price.id == price
    assert len(client.invoices.list({"subscription": subscription.id}).data) == billed


def test_deleted_customer_takes_their_subscriptions_along(client, subscription, act):
    act("delete_customer", customer=subscription.customer)
    told = [event.type for event in client.events.list({"limit": 2}).data]
    assert told == ["customer.deleted", "customer.subscription.deleted"]
    assert client.customers.retrieve(subscription.customer).deleted
    assert client.subscriptions.retrieve(subscription.id).status == "canceled"


def test_pause_and_resume(client, subscription, act):
    act("pause", subscription=subscription.id, behavior="mark_uncollectible")
    assert client.subscriptions.retrieve(subscription.id).pause_collection.behavior == "mark_uncollectible"
    act("resume", subscription=subscription.id)
    assert client.subscriptions.retrieve(subscription.id).pause_collection is None


def test_refund_of_a_part(client, subscription, act):
    [charge] = client.charges.list({"customer": subscription.customer}).data
    answer = act("refund", charge=charge.id, amount=400)
    assert (answer["status"], answer["amount"]) == ("succeeded", 400)
    assert client.charges.retrieve(charge.id).amount_refunded == 400


def test_price_and_product_are_edited(client, act):
    product = client.products.create({"id": "groundswell_friend", "name": "Friend"})
    made = {"product": product.id, "currency": "eur", "unit_amount": 500, "lookup_key": "friend_month"}
    price = client.prices.create(made)

    act("edit_price", price=price.id, active=False, lookup_key="friend_2029")
    event = newest(client)
    assert (event.type, event.request.id) == ("price.updated", None)
    assert event.data.previous_attributes.to_dict() == {"active": True, "lookup_key": "friend_month"}
    assert client.prices.list({"lookup_keys": ["friend_month", "friend_2029"]}).data[0].active is False

    act("edit_product", product=product.id, name="Best friend")
    assert (newest(client).type, client.products.retrieve(product.id).name) == (
        "product.updated",
        "Best friend",
    )


def test_lookup_key_goes_from_one_price_to_another(client):
    product = client.products.create({"name": "Friend"}).id
    wanted = {"product": product, "currency": "eur", "unit_amount": 500, "lookup_key": "friend"}
    old = client.prices.create(wanted)
    with pytest.raises(stripe.InvalidRequestError, match="already uses that lookup key"):
        client.prices.create(wanted)
    new = client.prices.create(wanted | {"unit_amount": 700, "transfer_lookup_key": True})
    told = [(event.type, event.data.object.id) for event in client.events.list({"limit": 2}).data]
    assert told == [("price.created", new.id), ("price.updated", old.id)]
    assert [price.id for price in client.prices.list({"lookup_keys": ["friend"]}).data] == [new.id]


def test_default_price_is_one_that_can_be_bought(client):
    product = client.products.create({"name": "Friend"}).id
    price = client.prices.create({"product": product, "currency": "eur", "unit_amount": 500}).id
    client.products.update(product, {"default_price": price, "metadata": {"tier": "friend"}})
    with pytest.raises(stripe.InvalidRequestError, match="default price of its product"):
        client.prices.update(price, {"active": False})
    with pytest.raises(stripe.InvalidRequestError, match="an active price of the product"):
        client.products.update(product, {"default_price": monthly(client)})
    assert client.products.update(product, {"active": False}).default_price == price


@pytest.mark.parametrize(
    ("body", "status", "param"),
    [
        ({"action": "forget"}, 400, "action"),
        ({}, 400, "action"),
        ({"action": "cancel"}, 400, "subscription"),
        ({"action": "cancel", "subscription": "sub_nobody"}, 404, "id"),
        ({"action": "delete_customer", "customer": "cus_1", "colour": "red"}, 400, "colour"),
    ],
)
def test_what_the_dashboard_does_not_have_is_refused(in_2030, body, status, param):
    with pytest.raises(urllib.error.HTTPError) as refusal:
        in_2030.switch("dashboard", body)
    assert refusal.value.code == status
    assert f'"param": "{param}"' in refusal.value.read().decode()
