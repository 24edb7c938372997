"""Disputes: what a payer's bank does to a charge, to the balance, and to later refunds."""

import urllib.error

import pytest
import stripe

DAY = 24 * 60 * 60


def charged(client, token="pm_card_visa", amount=5000, currency="eur"):
    """The charge of a payment that has just succeeded."""
    wanted = {"amount": amount, "currency": currency, "payment_method": token, "confirm": True}
    return client.charges.retrieve(client.payment_intents.create(wanted).latest_charge)


def disputes_of(client, charge):
    return client.disputes.list({"charge": charge.id}).data


def moved(dispute):
    return [(one.reporting_category, one.amount, one.fee, one.net) for one in dispute.balance_transactions]


def events_about(client, identifier, prefix="charge."):
    """Types of the events that carry the object, oldest first."""
    found = client.events.list({"type": f"{prefix}*", "limit": 100}).auto_paging_iter()
    return [event.type for event in found if getattr(event.data.object, "id", None) == identifier][::-1]


def answered(client, dispute, words, **changes):
    evidence = {"evidence": {"uncategorized_text": words}}
    return client.disputes.update(dispute.id, evidence | changes)


@pytest.mark.parametrize(
    ("token", "reason", "status", "case", "code"),
    [
        ("pm_card_createDispute", "fraudulent", "needs_response", "chargeback", "10.4"),
        (
            "pm_card_createDisputeProductNotReceived",
            "product_not_received",
            "needs_response",
            "chargeback",
            "13.1",
        ),
        ("pm_card_createDisputeInquiry", "fraudulent", "warning_needs_response", "inquiry", "10"),
    ],
)
def test_card_of_a_disputing_payer_is_disputed_at_once(client, token, reason, status, case, code):
    charge = charged(client, token)
    [dispute] = disputes_of(client, charge)
    card = dispute.payment_method_details.card
    assert (dispute.status, dispute.reason, dispute.amount) == (status, reason, 5000)
    assert (card.case_type, card.network_reason_code) == (case, code)
    assert (dispute.payment_intent, charge.disputed) == (charge.payment_intent, True)
    assert dispute.evidence_details.due_by == (dispute.created // DAY + 9) * DAY - 1


def test_chargeback_takes_the_amount_and_a_fee(client):
    charge = charged(client, "pm_card_createDispute")
    [dispute] = disputes_of(client, charge)
    [withdrawal] = dispute.balance_transactions
    assert moved(dispute) == [("dispute", -5000, 1500, -6500)]
    assert (withdrawal.type, withdrawal.source, withdrawal.status) == ("adjustment", dispute.id, "available")
    assert [fee.description for fee in withdrawal.fee_details] == ["Dispute fee"]
    assert client.balance_transactions.retrieve(withdrawal.id) == withdrawal
    assert events_about(client, dispute.id) == ["charge.dispute.created", "charge.dispute.funds_withdrawn"]


def test_chargeback_of_a_held_payment_waits_for_its_capture(client):
    wanted = {"amount": 5000, "currency": "eur", "payment_method": "pm_card_createDispute"}
    intent = client.payment_intents.create(wanted | {"confirm": True, "capture_method": "manual"})
    before = client.disputes.list({"payment_intent": intent.id}).data

    client.payment_intents.capture(intent.id, {"amount_to_capture": 3000})

    [dispute] = client.disputes.list({"payment_intent": intent.id}).data
    assert (before, dispute.amount) == ([], 3000)


def test_winning_evidence_brings_the_money_back_without_the_fee(client):
    charge = charged(client, "pm_card_createDispute")
    [dispute] = disputes_of(client, charge)

    won = answered(client, dispute, "winning_evidence")

    assert (won.status, won.is_charge_refundable) == ("won", True)
    assert moved(won) == [("dispute", -5000, 1500, -6500), ("dispute_reversal", 5000, 0, 5000)]
    assert client.charges.retrieve(charge.id).disputed is True
    assert events_about(client, dispute.id)[2:] == [
        "charge.dispute.updated",
        "charge.dispute.funds_reinstated",
        "charge.dispute.closed",
    ]


def test_losing_evidence_moves_nothing_more(client):
    [dispute] = disputes_of(client, charged(client, "pm_card_createDispute"))

    lost = answered(client, dispute, "losing_evidence")

    assert (lost.status, lost.is_charge_refundable) == ("lost", False)
    assert moved(lost) == [("dispute", -5000, 1500, -6500)]
    assert events_about(client, dispute.id)[2:] == ["charge.dispute.updated", "charge.dispute.closed"]


def test_evidence_that_decides_nothing_is_under_review(client):
    [dispute] = disputes_of(client, charged(client, "pm_card_createDispute"))
    reviewed = client.disputes.update(dispute.id, {"evidence": {"product_description": "A membership"}})
    details = reviewed.evidence_details
    assert (reviewed.status, reviewed.evidence.product_description) == ("under_review", "A membership")
    assert (details.has_evidence, details.submission_count) == (True, 1)


def test_evidence_that_is_only_staged_decides_nothing(client):
    [dispute] = disputes_of(client, charged(client, "pm_card_createDispute"))
    staged = answered(client, dispute, "winning_evidence", submit=False)
    assert (staged.status, staged.evidence_details.submission_count) == ("needs_response", 0)


def test_metadata_of_a_dispute_is_merged_and_decides_nothing(client):
    [dispute] = disputes_of(client, charged(client, "pm_card_createDispute"))
    client.disputes.update(dispute.id, {"metadata": {"a": "1"}})
    changed = client.disputes.update(dispute.id, {"metadata": {"b": "2"}})
    assert (changed.metadata.to_dict(), changed.status) == ({"a": "1", "b": "2"}, "needs_response")


def test_conceded_dispute_is_lost_and_cannot_be_touched_again(client):
    [dispute] = disputes_of(client, charged(client, "pm_card_createDispute"))
    conceded = client.disputes.close(dispute.id)
    for act in (lambda: client.disputes.close(dispute.id), lambda: answered(client, dispute, "anything")):
        with pytest.raises(stripe.InvalidRequestError, match="This dispute is already closed"):
            act()
    assert conceded.status == "lost"


def test_inquiry_moves_no_money_until_it_escalates(client):
    charge = charged(client, "pm_card_createDisputeInquiry")
    [inquiry] = disputes_of(client, charge)

    escalated = answered(client, inquiry, "escalate_inquiry_evidence")

    assert (inquiry.balance_transactions, inquiry.is_charge_refundable) == ([], True)
    assert (escalated.status, escalated.is_charge_refundable) == ("needs_response", False)
    assert escalated.payment_method_details.card.case_type == "chargeback"
    assert moved(escalated) == [("dispute", -5000, 1500, -6500)]
    assert events_about(client, inquiry.id) == [
        "charge.dispute.created",
        "charge.dispute.updated",
        "charge.dispute.updated",
        "charge.dispute.funds_withdrawn",
    ]


@pytest.mark.parametrize("words", ["winning_evidence", "losing_evidence"])
def test_inquiry_that_is_answered_is_closed_as_one(client, words):
    [inquiry] = disputes_of(client, charged(client, "pm_card_createDisputeInquiry"))
    closed = answered(client, inquiry, words)
    assert (closed.status, moved(closed)) == ("warning_closed", [])


def test_charge_that_was_charged_back_cannot_be_refunded_until_it_is_won(client):
    charge = charged(client, "pm_card_createDispute")
    [dispute] = disputes_of(client, charge)
    with pytest.raises(stripe.InvalidRequestError, match="has been charged back") as refusal:
        client.refunds.create({"charge": charge.id})

    answered(client, dispute, "winning_evidence")

    assert refusal.value.code == "charge_disputed"
    assert client.refunds.create({"charge": charge.id}).amount == 5000


def test_charge_with_an_inquiry_can_be_refunded(client):
    charge = charged(client, "pm_card_createDisputeInquiry")
    assert client.refunds.create({"charge": charge.id, "amount": 100}).status == "succeeded"


def test_switch_disputes_a_part_of_a_charge_for_a_reason(client, sandbox):
    charge = charged(client)

    wanted = {"charge": charge.id, "amount": 2000, "reason": "duplicate"}
    answer = sandbox.switch("dispute", wanted)

    dispute = client.disputes.retrieve(answer["id"])
    assert (answer["object"], dispute.amount, dispute.reason) == ("dispute", 2000, "duplicate")
    assert moved(dispute) == [("dispute", -2000, 1500, -3500)]
    assert client.charges.retrieve(charge.id).disputed is True


@pytest.mark.parametrize(("outcome", "net"), [("won", -1500), ("lost", -6500)])
def test_switch_decides_a_dispute(client, sandbox, outcome, net):
    dispute = sandbox.switch("dispute", {"charge": charged(client).id})
    closed = sandbox.switch("dispute/close", {"dispute": dispute["id"], "outcome": outcome})
    assert closed["status"] == outcome
    assert sum(one["net"] for one in closed["balance_transactions"]) == net


def test_switch_opens_escalates_and_closes_inquiries(client, sandbox):
    charge = charged(client)
    inquiry = {"charge": charge.id, "status": "warning_needs_response"}
    first, second = sandbox.switch("dispute", inquiry), sandbox.switch("dispute", inquiry)
    closed = sandbox.switch("dispute/close", {"dispute": first["id"], "outcome": "warning_closed"})
    escalated = sandbox.switch("dispute/escalate", {"dispute": second["id"]})
    assert (closed["status"], escalated["status"]) == ("warning_closed", "needs_response")
    assert len(disputes_of(client, charge)) == 2


@pytest.mark.parametrize(
    ("path", "body", "words"),
    [
        ("dispute", {}, "charge"),
        ("dispute", {"charge": "ch_none"}, "No such charge"),
        ("dispute", {"amount": 5001}, "between 1 and 5000"),
        ("dispute", {"amount": 0}, "between 1 and 5000"),
        ("dispute", {"status": "lost"}, "Invalid status"),
        ("dispute/close", {"outcome": "warning_closed"}, "cannot be closed as warning_closed"),
        ("dispute/close", {"outcome": "perhaps"}, "Invalid outcome"),
        ("dispute/escalate", {}, "Only an inquiry"),
    ],
)
def test_switch_with_an_impossible_wish_is_refused(client, sandbox, path, body, words):
    if path == "dispute":
        body = {"charge": charged(client).id} | body if body else body
    else:
        body = {"dispute": sandbox.switch("dispute", {"charge": charged(client).id})["id"]} | body
    with pytest.raises(urllib.error.HTTPError) as refusal:
        sandbox.switch(path, body)
    assert words in refusal.value.read().decode()


def test_charge_that_failed_cannot_be_disputed(client, sandbox):
    with pytest.raises(stripe.CardError) as declined:
        charged(client, "pm_card_chargeDeclined")
    failed = declined.value.error.charge
    with pytest.raises(urllib.error.HTTPError):
        sandbox.switch("dispute", {"charge": failed})
    assert client.disputes.list({"charge": failed}).data == []


def test_disputes_are_listed_newest_first_and_by_time(own_sandbox):
    client = own_sandbox.client().v1
    first, second = (charged(client, "pm_card_createDispute") for _ in range(2))
    listed = client.disputes.list().data
    since = {"created": {"gt": listed[0].created + 5}}
    assert [dispute.charge for dispute in listed] == [second.id, first.id]
    assert client.disputes.list(since).data == []


def test_balance_is_what_disputes_and_refunds_left_of_it(own_sandbox):
    client = own_sandbox.client().v1
    charged(client, "pm_card_createDispute", 5000)
    [dispute] = client.disputes.list().data
    answered(client, dispute, "winning_evidence")
    client.refunds.create({"charge": charged(client, amount=1000).id})

    balance = client.balance.retrieve()

    assert [(one.currency, one.amount) for one in balance.pending] == [("eur", 4825 + 941)]
    assert [(one.currency, one.amount) for one in balance.available] == [("eur", -6500 + 5000 - 1000)]


def test_card_that_skips_the_wait_is_available_at_once(own_sandbox):
    client = own_sandbox.client().v1
    charged(client, "pm_card_bypassPending", 2000)
    balance = client.balance.retrieve()
    [announced] = client.events.list({"type": "balance.available"}).data
    assert [one.amount for one in balance.available] == [1912]
    assert announced.data.object.available == balance.available
