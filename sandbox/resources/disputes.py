"""Disputes over the API."""

from sandbox import disputes
from sandbox.resources.common import apply, readable
from sandbox.routing import serves
from sandbox.types import Json
from sandbox.work import Work

ONE = "/v1/disputes/{dispute}"

readable("dispute", "/v1/disputes", "dispute")


@serves(f"POST {ONE}")
def update(work: Work, params: Json, identifier: str) -> Json:
    """Evidence goes to the bank at once, unless `submit` is false."""
    dispute = work.get("dispute", identifier, param="dispute")
    previous = apply(work, dispute, params, ["metadata"])
    if params.get("evidence"):
        disputes.respond(work, dispute, params["evidence"], is_submitted=params.get("submit") is not False)
    elif previous:
        work.emit("charge.dispute.updated", dispute, previous)
    return dispute


@serves(f"POST {ONE}/close")
def close(work: Work, params: Json, identifier: str) -> Json:
    """Concede."""
    dispute = disputes.close(work, work.get("dispute", identifier, param="dispute"))
    work.emit("charge.updated", work.get("charge", dispute["charge"]))
    return dispute
