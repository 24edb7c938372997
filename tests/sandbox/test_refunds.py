"""Refunds that do not simply succeed: some wait, some come back."""

import urllib.error

import pytest
import stripe

DELAY = 3 * 60


def charged(client, token="pm_card_visa", amount=2000, **changes):
    """The charge of a payment that has just succeeded."""
    wanted = {"amount": amount, "currency": "eur", "payment_method": token, "confirm": True} | changes
    return client.charges.retrieve(client.payment_intents.create(wanted).latest_charge)


def refunded(client, token="pm_card_visa", amount=None):
    """A charge and its refund."""
    charge = charged(client, token)
    return charge, client.refunds.create({"charge": charge.id} | ({"amount": amount} if amount else {}))


def standing(client, charge):
    charge = client.charges.retrieve(charge.id)
    return charge.amount_refunded, charge.refunded


def events_about(client, identifier):
    """Types of the events that carry the object, oldest first."""
    found = client.events.list({"limit": 100}).auto_paging_iter()
    return [event.type for event in found if getattr(event.data.object, "id", None) == identifier][::-1]


def movements(client, refund):
    found = client.balance_transactions.list({"source": refund.id}).data[::-1]
    return [(one.type, one.reporting_category, one.amount, one.fee) for one in found]


def test_refund_is_announced_before_its_charge(client):
    charge, refund = refunded(client)
    [first, second] = [event.type for event in client.events.list({"limit": 2}).data][::-1]
    assert (first, second) == ("refund.created", "charge.refunded")
    assert standing(client, charge) == (2000, True)
    assert movements(client, refund) == [("refund", "refund", -2000, 0)]


def test_refund_names_what_the_charge_was_for(client):
    charge = charged(client, description="A gift")
    refund = client.refunds.create({"charge": charge.id, "expand": ["balance_transaction"]})
    assert refund.balance_transaction.description == "REFUND FOR CHARGE (A gift)"


def test_refund_that_comes_back_leaves_the_money_and_the_charge_as_before(own_sandbox):
    client = own_sandbox.client().v1
    charge, refund = refunded(client, "pm_card_refundFail", 1500)
    before = standing(client, charge)

    own_sandbox.switch("clock", {"advance": DELAY})

    failed = client.refunds.retrieve(refund.id, {"expand": ["failure_balance_transaction"]})
    back = failed.failure_balance_transaction
    assert (refund.status, before) == ("succeeded", (1500, False))
    assert (failed.status, failed.failure_reason) == ("failed", "expired_or_canceled_card")
    assert (back.type, back.amount, back.net, back.source) == ("refund_failure", 1500, 1500, refund.id)
    assert standing(client, charge) == (0, False)
    assert movements(client, refund) == [
        ("refund", "refund", -1500, 0),
        ("refund_failure", "refund_failure", 1500, 0),
    ]
    assert events_about(client, refund.id) == [
        "refund.created",
        "charge.refund.updated",
        "refund.updated",
        "refund.failed",
    ]


def test_refund_that_waits_arrives(own_sandbox):
    client = own_sandbox.client().v1
    charge, refund = refunded(client, "pm_card_pendingRefund")

    own_sandbox.switch("clock", {"advance": DELAY})

    arrived = client.refunds.retrieve(refund.id)
    assert (refund.status, refund.pending_reason, arrived.status) == ("pending", "processing", "succeeded")
    assert not hasattr(arrived, "pending_reason")
    assert standing(client, charge) == (2000, True)
    assert movements(client, refund) == [("refund", "refund", -2000, 0)]
    assert events_about(client, refund.id) == ["refund.created", "charge.refund.updated", "refund.updated"]


def test_one_of_several_refunds_fails_alone(client, sandbox):
    charge, first = refunded(client, amount=500)
    second = client.refunds.create({"charge": charge.id, "amount": 1500})

    sandbox.switch("refund", {"refund": second.id, "status": "failed", "reason": "lost_or_stolen_card"})

    assert standing(client, charge) == (500, False)
    assert client.refunds.retrieve(first.id).status == "succeeded"
    assert client.refunds.retrieve(second.id).failure_reason == "lost_or_stolen_card"
    assert client.refunds.create({"charge": charge.id}).amount == 1500
    assert standing(client, charge) == (2000, True)


def test_switch_decides_before_time_does(own_sandbox):
    client = own_sandbox.client().v1
    _, waiting = refunded(client, "pm_card_pendingRefund")
    _, doomed = refunded(client, "pm_card_refundFail")

    arrived = own_sandbox.switch("refund", {"refund": waiting.id, "status": "succeeded"})
    failed = own_sandbox.switch("refund", {"refund": doomed.id, "status": "failed"})
    moved = own_sandbox.switch("clock", {"advance": DELAY})

    assert (arrived["status"], failed["status"], moved["done"]) == ("succeeded", "failed", 0)
    assert "_decided_at" not in arrived
    assert movements(client, doomed)[1:] == [("refund_failure", "refund_failure", 2000, 0)]


def test_refund_that_waits_can_be_taken_back(client):
    charge, refund = refunded(client, "pm_card_pendingRefund")
    taken_back = client.refunds.cancel(refund.id)
    assert (taken_back.status, taken_back.failure_reason) == ("canceled", "merchant_request")
    assert standing(client, charge) == (0, False)
    assert [kind for kind, *_ in movements(client, refund)] == ["refund", "refund_failure"]


def test_refund_that_arrived_cannot_be_taken_back(client):
    _, refund = refunded(client)
    with pytest.raises(stripe.InvalidRequestError, match="Canceling this refund is unsupported"):
        client.refunds.cancel(refund.id)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"status": "succeeded"}, "cannot succeed"),
        ({"status": "pending"}, "Invalid status"),
        ({}, "Missing required param: status"),
        ({"status": "failed", "refund": "re_none"}, "No such refund"),
    ],
)
def test_switch_with_an_impossible_wish_is_refused(client, sandbox, body, words):
    _, refund = refunded(client)
    with pytest.raises(urllib.error.HTTPError) as refusal:
        sandbox.switch("refund", {"refund": refund.id} | body)
    assert words in refusal.value.read().decode()
    assert client.refunds.retrieve(refund.id).status == "succeeded"


def test_refund_fails_only_once(client, sandbox):
    charge, refund = refunded(client)
    failing = {"refund": refund.id, "status": "failed"}
    sandbox.switch("refund", failing)
    with pytest.raises(urllib.error.HTTPError):
        sandbox.switch("refund", failing)
    assert len(movements(client, refund)) == 2
    assert standing(client, charge) == (0, False)


def test_refunds_are_listed_by_charge_by_payment_and_by_time(client):
    charge, refund = refunded(client, amount=500)
    refunded(client)
    for wanted in ({"charge": charge.id}, {"payment_intent": charge.payment_intent}):
        assert [one.id for one in client.refunds.list(wanted).data] == [refund.id]
    assert client.refunds.list({"created": {"gt": refund.created + 60}}).data == []
