"""Charges over the API."""

from sandbox.lists import page
from sandbox.resources.common import apply, readable
from sandbox.routing import serves
from sandbox.types import Json
from sandbox.work import Work

readable("charge", "/v1/charges", "charge")


@serves("POST /v1/charges/{charge}")
def update(work: Work, params: Json, identifier: str) -> Json:
    charge = work.get("charge", identifier, param="charge")
    previous = apply(work, charge, params, ("description", "metadata", "receipt_email"))
    if previous:
        work.emit("charge.updated", charge, previous)
    return charge


@serves("GET /v1/charges/{charge}/refunds")
def list_refunds(work: Work, params: Json, identifier: str) -> Json:
    return page(work, "refund", params | {"charge": identifier}, url=f"/v1/charges/{identifier}/refunds")
