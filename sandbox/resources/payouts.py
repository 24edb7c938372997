"""Payouts over the API."""

from sandbox import payouts
from sandbox.errors import not_simulated
from sandbox.money import known_currency
from sandbox.resources.common import apply, picked, readable
from sandbox.routing import serves
from sandbox.types import Json
from sandbox.work import Work

PATH = "/v1/payouts"
ONE = f"{PATH}/{{payout}}"

readable("payout", PATH, "payout")


@serves(f"POST {PATH}")
def create(work: Work, params: Json) -> Json:
    if params.get("method") == "instant":
        raise not_simulated("method")
    fields = picked(params, ("description", "metadata", "statement_descriptor"))
    return payouts.pay_out(work, params["amount"], known_currency(params["currency"]), **fields)


@serves(f"POST {ONE}")
def update(work: Work, params: Json, identifier: str) -> Json:
    payout = work.get("payout", identifier, param="payout")
    previous = apply(work, payout, params, ["metadata"])
    if previous:
        work.emit("payout.updated", payout, previous)
    return payout


@serves(f"POST {ONE}/cancel")
def cancel(work: Work, params: Json, identifier: str) -> Json:
    return payouts.cancel(work, work.get("payout", identifier, param="payout"))
