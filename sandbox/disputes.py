"""Disputes: a payer's bank takes the money back at once, and gives it back only if the dispute is won.

An inquiry (its statuses begin with `warning_`) merely asks. It moves no money and may be escalated to a chargeback.
The fee of a chargeback is kept by Stripe whatever the outcome.
"""

from sandbox import balance
from sandbox.errors import StripeError
from sandbox.money import dispute_fee
from sandbox.settlement import returned, settled
from sandbox.types import Json
from sandbox.work import Work, public

DAY = 24 * 60 * 60
DAYS_TO_RESPOND = 8

INQUIRIES = ("warning_needs_response", "warning_under_review")
OPEN = (*INQUIRIES, "needs_response", "under_review")

CODE_OF_REASON = {"fraudulent": "10.4", "product_not_received": "13.1"}
CODE_OF_INQUIRY = "10"

# What decides a dispute in Stripe's test mode, when submitted as `uncategorized_text`.
DECIDING = {"winning_evidence": "won", "losing_evidence": "lost"}
ESCALATING = "escalate_inquiry_evidence"


def open_dispute(
    work: Work,
    charge: Json,
    *,
    amount: int | None = None,
    reason: str = "fraudulent",
    is_inquiry: bool = False,
) -> Json:
    """Dispute a charge: all of what was captured, or an amount of it."""
    dispute = work.draft(
        "dispute",
        amount=_amount(charge, amount, is_inquiry),
        charge=charge["id"],
        currency=charge["currency"],
        evidence_details=_nothing_submitted(work),
        is_charge_refundable=True,
        payment_intent=charge["payment_intent"],
        reason=reason,
        status="warning_needs_response" if is_inquiry else "needs_response",
    )
    dispute |= _method_details(charge, reason, is_inquiry)
    charge["disputed"] = True
    work.save(charge)
    if not is_inquiry:
        _withdraw(work, dispute)
    work.save(dispute)
    work.emit("charge.dispute.created", dispute)
    if not is_inquiry:
        work.emit("charge.dispute.funds_withdrawn", dispute)
    if "card" not in charge["payment_method_details"]:
        close(work, dispute, "lost")  # of a debit, a bank takes back what it wants
    return dispute


def escalate(work: Work, dispute: Json) -> Json:
    """Turn an inquiry into a chargeback, which takes the money."""
    _check_open(dispute)
    if dispute["status"] not in INQUIRIES:
        raise StripeError("Only an inquiry can be escalated.")
    previous = {"status": dispute["status"]}
    dispute["status"] = "needs_response"
    dispute["payment_method_details"]["card"] |= {
        "case_type": "chargeback",
        "network_reason_code": CODE_OF_REASON.get(dispute["reason"]),
    }
    _withdraw(work, dispute)
    work.save(dispute)
    work.emit("charge.dispute.updated", dispute, previous)
    work.emit("charge.dispute.funds_withdrawn", dispute)
    return dispute


def respond(work: Work, dispute: Json, evidence: Json, *, is_submitted: bool) -> None:
    """Keep evidence and, unless it is only staged, hand it to the bank, which some words decide at once."""
    _check_open(dispute)
    dispute["evidence"] |= evidence
    dispute["evidence_details"]["has_evidence"] = True
    previous = _submit(dispute) if is_submitted else None
    work.save(dispute)
    work.emit("charge.dispute.updated", dispute, previous)
    work.emit("charge.updated", work.get("charge", dispute["charge"]))
    if is_submitted:
        _decide(work, dispute, evidence.get("uncategorized_text"))


def close(work: Work, dispute: Json, outcome: str | None = None) -> Json:
    """End a dispute as `won`, `lost` or, for an inquiry, `warning_closed`; without an outcome it is conceded."""
    _check_open(dispute)
    is_inquiry = dispute["status"] in INQUIRIES
    outcome = outcome or ("warning_closed" if is_inquiry else "lost")
    if is_inquiry != (outcome == "warning_closed"):
        raise StripeError(f"A dispute with a status of {dispute['status']} cannot be closed as {outcome}.")
    dispute |= {"status": outcome, "is_charge_refundable": outcome != "lost"}
    if outcome == "won":
        _reinstate(work, dispute)
    work.save(dispute)
    if outcome == "won":
        work.emit("charge.dispute.funds_reinstated", dispute)
    work.emit("charge.dispute.closed", dispute)
    return dispute


def check_refundable(work: Work, charge: Json) -> None:
    """Refuse a refund of a charge whose money the bank has already taken."""
    if all(dispute["is_charge_refundable"] for dispute in work.every("dispute", charge=charge["id"])):
        return
    message = f"Charge {charge['id']} has been charged back; cannot issue a refund."
    raise StripeError(message, code="charge_disputed")


def shown(work: Work, dispute: Json) -> Json:
    """Return the dispute with its money movements as they stand now."""
    moved = [balance.with_status(work, transaction) for transaction in dispute["balance_transactions"]]
    return dispute | {"balance_transactions": moved}


def _submit(dispute: Json) -> Json:
    """Put the dispute under review; return what its status was."""
    previous = {"status": dispute["status"]}
    details, is_inquiry = dispute["evidence_details"], dispute["status"] in INQUIRIES
    details |= {"submission_count": details["submission_count"] + 1, "submission_method": "manual"}
    dispute["status"] = "warning_under_review" if is_inquiry else "under_review"
    return previous


def _decide(work: Work, dispute: Json, words: str | None) -> None:
    is_inquiry = dispute["status"] in INQUIRIES
    if words == ESCALATING and is_inquiry:
        escalate(work, dispute)
    elif words in DECIDING:
        close(work, dispute, None if is_inquiry else DECIDING[words])


def _withdraw(work: Work, dispute: Json) -> None:
    dispute["is_charge_refundable"] = False
    booked = balance.record(
        work,
        "adjustment",
        dispute,
        settled(work, -dispute["amount"], dispute["currency"]),
        fee=dispute_fee,
        fee_for="Dispute fee",
        category="dispute",
        description=f"Chargeback withdrawal for {dispute['charge']}",
    )
    dispute["balance_transactions"].append(public(booked))


def _reinstate(work: Work, dispute: Json) -> None:
    booked = balance.record(
        work,
        "adjustment",
        dispute,
        returned(dispute["balance_transactions"][0]),
        category="dispute_reversal",
        description=f"Chargeback reversal for {dispute['charge']}",
    )
    dispute["balance_transactions"].append(public(booked))


def _amount(charge: Json, wanted: int | None, is_inquiry: bool) -> int:
    taken: int = charge["amount_captured"]
    if not charge["paid"] or not taken:
        raise StripeError("Only a charge that was paid can be disputed.", param="charge")
    if is_inquiry and charge["payment_method_details"]["type"] != "card":
        raise StripeError("Banks ask about card payments only.", param="status")
    if wanted is None:
        return taken
    if not isinstance(wanted, int) or not 0 < wanted <= taken:
        raise StripeError(f"The disputed amount must be between 1 and {taken}.", param="amount")
    return wanted


def _nothing_submitted(work: Work) -> Json:
    """The bank wants an answer by the end of the eighth day."""
    return {
        "due_by": (work.now // DAY + DAYS_TO_RESPOND + 1) * DAY - 1,
        "enhanced_eligibility": {},
        "has_evidence": False,
        "past_due": False,
        "submission_count": 0,
        "submission_method": "not_submitted",
    }


def _method_details(charge: Json, reason: str, is_inquiry: bool) -> Json:
    """Build what a dispute says about the card; about a bank account it says nothing."""
    details = charge["payment_method_details"]
    if details["type"] != "card":
        return {}
    card = {
        "brand": details["card"]["brand"],
        "case_type": "inquiry" if is_inquiry else "chargeback",
        "network": details["card"]["brand"],
        "network_reason_code": CODE_OF_INQUIRY if is_inquiry else CODE_OF_REASON.get(reason),
    }
    return {"payment_method_details": {"card": card, "type": "card"}}


def _check_open(dispute: Json) -> None:
    if dispute["status"] not in OPEN:
        raise StripeError("This dispute is already closed")
