"""The whole way with the real sandbox behind it: its own events, in every order, twice, and by twenty at once."""

from itertools import permutations

import pytest
from django.test import Client

from members.gifts.gifting import start_gift
from members.models import Gift, Membership, OutgoingMail
from members.selling.joining import start_signup
from payments import inbox
from payments.checkout import open_checkout
from payments.models import Checkout, Customer, LedgerEntry, Payment, StripeEvent
from tests.factories.members import GiftOfferFactory, PlanFactory
from tests.support.books import assert_books
from tests.support.events import post_event
from tests.support.sandbox_process import SECRET_KEY, running_sandbox
from tests.support.threads import all_at_once

TELLING = ("customer.subscription.created", "invoice.paid", "checkout.session.completed")
ORDERS = sorted(permutations(TELLING))


@pytest.fixture(scope="module")
def sandbox():
    with running_sandbox() as running:
        yield running


@pytest.fixture
def stripe(sandbox, settings):
    """The sandbox, empty, as the Stripe of our settings."""
    settings.STRIPE_API_BASE, settings.STRIPE_SECRET_KEY = sandbox.base_url, SECRET_KEY
    sandbox.reset()
    return sandbox.client()


def paid(stripe, checkout):
    """Pays the checkout on Stripe's page; gives the bodies of the events that Stripe made of it, oldest first."""
    open_checkout(checkout, return_view="thanks", cancel_path="/join/")
    checkout.refresh_from_db()
    method = stripe.v1.payment_methods.create({"type": "card", "card": {"token": "tok_visa"}})
    stripe.raw_request(
        "post", f"/v1/payment_pages/{checkout.session_id}/confirm", payment_method=method.id,
        expected_amount=checkout.amount,
    )  # fmt: skip
    events = [str(event).encode() for event in stripe.v1.events.list({"limit": 100}).data]
    return events[::-1]


def joined(stripe):
    plan = PlanFactory()
    return paid(stripe, start_signup(plan=plan, amount=plan.amount, email="ada@example.org").checkout)


def deliver(bodies):
    client = Client()
    for body in bodies:
        assert post_event(client, body).status_code == 200
        inbox.drain()


def rows():
    """How many there are of all that a payment makes."""
    return {
        model.__name__: model.objects.count() for model in (Payment, LedgerEntry, Membership, OutgoingMail)
    }


ONE_JOIN = {"Payment": 1, "LedgerEntry": 1, "Membership": 1, "OutgoingMail": 1}


@pytest.mark.django_db
@pytest.mark.parametrize("order", ORDERS, ids=" ".join)
def test_events_of_a_join_in_any_order_and_twice(stripe, order):
    events = {kind: body for body in joined(stripe) for kind in TELLING if f'"{kind}"'.encode() in body}
    assert set(events) == set(TELLING)
    deliver([events[kind] for kind in order])
    deliver([events[kind] for kind in reversed(order)])

    assert rows() == ONE_JOIN
    assert StripeEvent.objects.filter(state="done").count() == 3
    assert Checkout.objects.get().status == "paid"
    assert_books()


@pytest.mark.django_db
def test_all_events_of_a_join_backwards(stripe):
    bodies = joined(stripe)
    deliver(bodies[::-1])
    assert rows() == ONE_JOIN
    assert set(StripeEvent.objects.values_list("state", flat=True)) == {"done"}
    assert LedgerEntry.objects.get().source.startswith("txn_")
    assert_books()


@pytest.mark.django_db(transaction=True)
def test_all_events_of_a_join_from_twenty_at_once(stripe):
    bodies = joined(stripe)
    found = all_at_once(lambda number: deliver(bodies[number % 3 :] + bodies[: number % 3]))
    assert [each for each in found if each is not None] == []
    inbox.drain()

    assert rows() == ONE_JOIN
    assert StripeEvent.objects.count() == len(bodies)
    assert set(StripeEvent.objects.values_list("state", flat=True)) == {"done"}
    assert_books()


@pytest.mark.django_db
def test_a_gift_is_delivered_once(stripe):
    bodies = paid(stripe, start_gift(offer=GiftOfferFactory(), email="gabriel@example.org").checkout)
    deliver(bodies)
    deliver(bodies[::-1])
    assert rows() == ONE_JOIN | {"Membership": 0}
    assert Gift.objects.get().payment == Payment.objects.get()
    assert_books()


@pytest.mark.django_db
def test_customer_whose_deletion_comes_before_all_else_is_known_for_deleted(stripe):
    joined(stripe)
    [customer] = stripe.v1.customers.list().data
    stripe.v1.customers.delete(customer.id)
    newest_first = [str(event).encode() for event in stripe.v1.events.list({"limit": 100}).data]
    gone = [body for body in newest_first if b'"customer.deleted"' in body]
    deliver(gone)
    deliver(newest_first)

    assert [(row.stripe_id, row.deleted_at is None) for row in Customer.objects.all()] == [
        (customer.id, False)
    ]
    assert_books()
