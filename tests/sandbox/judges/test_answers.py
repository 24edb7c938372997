"""Everything the sandbox answers to the real SDK could have been Stripe's answer, say Stripe's own descriptions."""

import pytest

from tests.sandbox.judges.flows import FLOWS
from tests.sandbox.judges.judging import findings, objects_in
from tests.sandbox.judges.recording import recording_client

SERVED = {
    "balance_transaction",
    "charge",
    "checkout.session",
    "customer",
    "event",
    "invoice",
    "invoice_payment",
    "item",
    "line_item",
    "list",
    "payment_intent",
    "payment_method",
    "price",
    "product",
    "refund",
    "setup_intent",
    "subscription",
    "subscription_item",
    "webhook_endpoint",
}


@pytest.mark.parametrize("flow", FLOWS, ids=lambda flow: flow.__name__)
def test_answers_pass_every_judge(base, flow):
    client, bodies = recording_client(base)

    flow(client, base)

    assert findings(bodies) == []


def test_flows_touch_every_object_the_sandbox_serves(base):
    client, bodies = recording_client(base)

    for flow in FLOWS:
        flow(client, f"{base}")

    assert SERVED - {thing["object"] for body in bodies for thing in objects_in(body)} == set()
