"""Refunds: money given back, whole or in part, never more than was taken."""

from sandbox import balance, disputes
from sandbox.errors import StripeError
from sandbox.money import written
from sandbox.resources.common import apply, readable
from sandbox.routing import serves
from sandbox.types import Json
from sandbox.work import Work

PATH = "/v1/refunds"

readable("refund", PATH, "refund")


@serves(f"POST {PATH}")
def create(work: Work, params: Json) -> Json:
    charge = _charge(work, params)
    disputes.check_refundable(work, charge)
    amount = _amount(charge, params.get("amount"))
    refund = work.new(
        "refund",
        amount=amount,
        charge=charge["id"],
        currency=charge["currency"],
        destination_details=_destination(),
        metadata=params.get("metadata") or {},
        payment_intent=charge["payment_intent"],
        reason=params.get("reason"),
        status="succeeded",
    )
    booked = balance.record(
        work, "refund", refund, amount=-amount, description=f"REFUND FOR CHARGE ({charge['id']})"
    )
    refund["balance_transaction"] = booked["id"]
    work.save(refund)
    _mark(work, charge, amount)
    work.emit("refund.created", refund)
    return refund


@serves(f"POST {PATH}/{{refund}}")
def update(work: Work, params: Json, identifier: str) -> Json:
    refund = work.get("refund", identifier, param="refund")
    previous = apply(work, refund, params, ["metadata"])
    if previous:
        work.emit("charge.refund.updated", refund, previous)
        work.emit("refund.updated", refund, previous)
    return refund


def _charge(work: Work, params: Json) -> Json:
    if params.get("charge"):
        return work.get("charge", params["charge"], param="charge")
    if not params.get("payment_intent"):
        message = "One of the following params should be provided for this request: payment_intent or charge."
        raise StripeError(message, code="parameter_missing", param="charge")
    intent = work.get("payment_intent", params["payment_intent"], param="payment_intent")
    if intent["status"] != "succeeded":
        message = f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund."
        raise StripeError(message, param="payment_intent")
    return work.get("charge", intent["latest_charge"])


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
    if amount < 1:
        raise StripeError("Invalid positive integer", code="parameter_invalid_integer", param="amount")
    if amount > left:
        asked, rest = written(amount, charge["currency"]), written(left, charge["currency"])
        raise StripeError(
            f"Refund amount ({asked}) is greater than unrefunded amount on charge ({rest})", param="amount"
        )
    return amount


def _destination() -> Json:
    card = {"reference_status": "pending", "reference_type": "acquirer_reference_number", "type": "refund"}
    return {"card": card, "type": "card"}


def _mark(work: Work, charge: Json, amount: int) -> None:
    previous = {"amount_refunded": charge["amount_refunded"], "refunded": charge["refunded"]}
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]
    work.save(charge)
    work.emit("charge.refunded", charge, previous)
