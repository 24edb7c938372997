"""Refunds over the API."""

from sandbox import refunds
from sandbox.errors import StripeError
from sandbox.resources.common import apply, readable
from sandbox.routing import serves
from sandbox.types import Json
from sandbox.work import Work

PATH = "/v1/refunds"
ONE = f"{PATH}/{{refund}}"

readable("refund", PATH, "refund")


@serves(f"POST {PATH}")
def create(work: Work, params: Json) -> Json:
    fields = {"metadata": params.get("metadata") or {}, "reason": params.get("reason")}
    return refunds.give_back(work, _charge(work, params), params.get("amount"), **fields)


@serves(f"POST {ONE}")
def update(work: Work, params: Json, identifier: str) -> Json:
    refund = work.get("refund", identifier, param="refund")
    previous = apply(work, refund, params, ["metadata"])
    if previous:
        work.emit("charge.refund.updated", refund, previous)
        work.emit("refund.updated", refund, previous)
    return refund


@serves(f"POST {ONE}/cancel")
def cancel(work: Work, params: Json, identifier: str) -> Json:
    return refunds.cancel(work, work.get("refund", identifier, param="refund"))


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
