"""Everything the sandbox answers to the real SDK could have been Stripe's answer, say Stripe's own descriptions."""

import pytest

from tests.sandbox.judges.flows import FLOWS
from tests.sandbox.judges.judging import JUDGES, findings, objects_in
from tests.sandbox.judges.recording import recording_client

SERVED = {
    "balance",
    "balance_transaction",
    "billing_portal.configuration",
    "billing_portal.session",
    "charge",
    "checkout.session",
    "coupon",
    "customer",
    "customer_balance_transaction",
    "discount",
    "dispute",
    "event",
    "invoice",
    "invoice_payment",
    "invoiceitem",
    "item",
    "line_item",
    "list",
    "mandate",
    "payment_intent",
    "payment_method",
    "payout",
    "price",
    "product",
    "refund",
    "setup_intent",
    "subscription",
    "subscription_item",
    "test_helpers.test_clock",
    "webhook_endpoint",
}


@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.__name__)
def test_answers_pass_every_judge(base, flow):
    client, bodies = recording_client(base)

    flow(client, base)

    assert findings(bodies) == []


def test_flows_touch_every_object_and_every_event_passes(base):
    client, bodies = recording_client(base)

    for flow in FLOWS:
        flow(client, base)

    assert SERVED - {thing["object"] for body in bodies for thing in objects_in(body)} == set()
    assert findings(bodies) == []


def test_faults_put_into_answers_are_found(base):
    """Keys that came to Stripe's API after its fixtures were made, all optional, can be dropped unseen."""
    things = samples(base)
    keys = [(name, key) for name in things for key in things[name].keys() - {"object"}]

    dropped = [(name, key) for name, key in keys if not is_found(without(things[name], key))]
    mistyped = [(name, key) for name, key in keys if not is_found(things[name] | {key: [{"wrong": [1]}]})]

    assert len(dropped) <= 0.07 * len(keys), dropped
    assert len(mistyped) <= 0.01 * len(keys), mistyped
    assert all(is_found(thing | {"colour": "red"}) for thing in things.values())


def samples(base):
    """The fullest object of each kind that the flows are answered."""
    client, bodies = recording_client(base)
    for flow in FLOWS:
        flow(client, base)
    things = sorted((thing for body in bodies for thing in objects_in(body)), key=len)
    return {thing["object"]: thing for thing in things if thing["object"] != "list"}


def is_found(thing):
    return any(judge.problems(thing) for judge in JUDGES.values())


def without(thing, dropped):
    return {key: value for key, value in thing.items() if key != dropped}
