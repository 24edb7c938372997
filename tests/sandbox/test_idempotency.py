"""Idempotency keys: one question, one answer, one effect."""

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
import stripe

from tests.sandbox.builders import one_time


def test_same_key_and_body_gets_the_same_object(client):
    options = {"idempotency_key": str(uuid4())}
    first = client.checkout.sessions.create(one_time(), options)
    again = client.checkout.sessions.create(one_time(), options)
    assert again.id == first.id
    assert again.last_response.headers["Idempotent-Replayed"] == "true"
    assert again.last_response.headers["Original-Request"] == first.last_response.request_id


def test_same_key_with_another_body_is_refused(client):
    options = {"idempotency_key": str(uuid4())}
    client.customers.create({"name": "Ada"}, options)
    with pytest.raises(stripe.IdempotencyError, match="same parameters"):
        client.customers.create({"name": "Grace"}, options)


def test_same_key_by_twenty_threads_at_once_makes_one_object(own_sandbox):
    key = str(uuid4())

    def create(_):
        return own_sandbox.client().v1.customers.create({"name": "Ada"}, {"idempotency_key": key}).id

    with ThreadPoolExecutor(20) as crowd:
        made = set(crowd.map(create, range(20)))

    assert [customer.id for customer in own_sandbox.client().v1.customers.list().data] == [*made]


def test_declined_card_is_remembered_with_its_error(client):
    options = {"idempotency_key": str(uuid4())}
    wanted = {"amount": 1000, "currency": "eur", "payment_method": "pm_card_chargeDeclined", "confirm": True}
    refusals = []
    for _ in range(2):
        with pytest.raises(stripe.CardError) as refusal:
            client.payment_intents.create(wanted, options)
        refusals.append(refusal.value)
    assert refusals[0].error.payment_intent.id == refusals[1].error.payment_intent.id
    assert refusals[0].error.decline_code == "generic_decline"


def test_request_that_never_began_is_not_remembered(client):
    options = {"idempotency_key": str(uuid4())}
    with pytest.raises(stripe.InvalidRequestError):
        client.customers.create({"colour": "red"}, options)
    assert client.customers.create({"name": "Ada"}, options).name == "Ada"
