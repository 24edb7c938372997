"""Refunds: money given back, whole or in part, never more than was taken.

Most arrive at once. Some wait, and some come back long after they seemed to have arrived: then the balance has the
money again, and the charge counts as not refunded by that much.
"""

from typing import Any

from sandbox import balance, disputes
from sandbox.agenda import falls_due
from sandbox.errors import StripeError
from sandbox.ids import token
from sandbox.methods import instrument_of
from sandbox.money import check_positive, written
from sandbox.settlement import returned, settled
from sandbox.types import Json
from sandbox.work import Work

DELAY = 3 * 60
"""Seconds after which a refund that waits, or only seems to have arrived, is decided."""
USUAL_FAILURE = "expired_or_canceled_card"

DESTINATIONS: dict[str, Json] = {
    "card": {
        "card": {
            "reference_status": "pending",
            "reference_type": "acquirer_reference_number",
            "type": "refund",
        },
        "type": "card",
    },
    "sepa_debit": {"type": "sepa_debit"},
}
BEGINNINGS = {
    "succeeds": {"status": "succeeded"},
    "fails_later": {"status": "succeeded"},
    "waits": {"status": "pending", "pending_reason": "processing"},
}
"""How refunds begin that will end so."""


def give_back(work: Work, charge: Json, wanted: int | None, **fields: Any) -> Json:
    """Refund an amount of a charge, or all that is left of it."""
    disputes.check_refundable(work, charge)
    kind = charge["payment_method_details"]["type"]
    fate = instrument_of(work.get("payment_method", charge["payment_method"])).refund
    refund = work.draft(
        "refund",
        id=f"{'re' if kind == 'card' else 'pyr'}_{token()}",
        amount=_amount(charge, wanted),
        charge=charge["id"],
        currency=charge["currency"],
        destination_details=DESTINATIONS[kind],
        payment_intent=charge["payment_intent"],
        _decided_at=None if fate == "succeeds" else work.now + DELAY,
        **BEGINNINGS[fate],
        **fields,
    )
    words = f" ({charge['description']})" if charge["description"] else ""
    moved = settled(work, -refund["amount"], refund["currency"])
    what = ("refund", "CHARGE") if kind == "card" else ("payment_refund", "PAYMENT")
    booked = balance.record(work, what[0], refund, moved, description=f"REFUND FOR {what[1]}{words}")
    refund["balance_transaction"] = booked["id"]
    work.save(refund)
    work.emit("refund.created", refund)
    _count(work, charge, refund["amount"])
    return refund


def succeed(work: Work, refund: Json) -> Json:
    """Let a refund that waits arrive."""
    if refund["status"] != "pending":
        raise StripeError(f"A refund with a status of {refund['status']} cannot succeed.")
    _settle(work, refund, status="succeeded")
    return refund


def fail(work: Work, refund: Json, reason: str = USUAL_FAILURE) -> Json:
    """Let a refund come back, even one that seemed to have arrived."""
    if refund["status"] not in ("pending", "succeeded"):
        raise StripeError(f"A refund with a status of {refund['status']} cannot fail.")
    _return(work, refund, reason, status="failed")
    work.emit("refund.failed", refund)
    return refund


def cancel(work: Work, refund: Json) -> Json:
    """Take back a refund that still waits."""
    if refund["status"] != "pending":
        raise StripeError("Canceling this refund is unsupported.")
    _return(work, refund, "merchant_request", status="canceled")
    return refund


@falls_due("refund", lambda refund: refund.get("_decided_at"))
def decide(work: Work, refund: Json) -> None:
    """What the card has in store happens."""
    (succeed if refund["status"] == "pending" else fail)(work, refund)


def _amount(charge: Json, wanted: int | None) -> int:
    left = charge["amount_captured"] - charge["amount_refunded"]
    if not charge["captured"] or charge["status"] != "succeeded":
        raise StripeError(
            f"Charge {charge['id']} has not been captured.", code="charge_not_captured", param="charge"
        )
    if left == 0:
        message = f"Charge {charge['id']} has already been refunded."
        raise StripeError(message, code="charge_already_refunded")
    amount = left if wanted is None else wanted
    check_positive(amount)
    if amount > left:
        asked, rest = written(amount, charge["currency"]), written(left, charge["currency"])
        raise StripeError(
            f"Refund amount ({asked}) is greater than unrefunded amount on charge ({rest})", param="amount"
        )
    return amount


def _settle(work: Work, refund: Json, *, status: str) -> None:
    """Change the status; nothing more is in store for the refund."""
    previous = {"status": refund["status"]}
    refund |= {"status": status, "_decided_at": None}
    refund.pop("pending_reason", None)
    work.save(refund)
    work.emit("charge.refund.updated", refund, previous)
    work.emit("refund.updated", refund, previous)


def _return(work: Work, refund: Json, reason: str, *, status: str) -> None:
    """Book the money back and count it as not refunded."""
    moved = returned(work.get("balance_transaction", refund["balance_transaction"]))
    booked = balance.record(work, "refund_failure", refund, moved, description="REFUND FAILURE")
    refund |= {"failure_balance_transaction": booked["id"], "failure_reason": reason}
    charge = work.get("charge", refund["charge"])
    charge |= {"amount_refunded": charge["amount_refunded"] - refund["amount"], "refunded": False}
    work.save(charge)
    _settle(work, refund, status=status)


def _count(work: Work, charge: Json, amount: int) -> None:
    previous = {"amount_refunded": charge["amount_refunded"], "refunded": charge["refunded"]}
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]
    work.save(charge)
    work.emit("charge.refunded", charge, previous)
