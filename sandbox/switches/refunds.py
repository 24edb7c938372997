"""What becomes of a refund after it was made."""

from sandbox import refunds
from sandbox.showing import shown
from sandbox.switches.common import one_of, required
from sandbox.switching import switch
from sandbox.types import Json
from sandbox.work import Work


@switch("POST", "refund")
def decide(work: Work, body: Json) -> Json:
    """Let a refund arrive or come back, with Stripe's `failure_reason` if one is given."""
    refund = work.get("refund", required(body, "refund"), param="refund")
    if one_of(body, "status", ("failed", "succeeded")) == "succeeded":
        return shown(work, refunds.succeed(work, refund))
    return shown(work, refunds.fail(work, refund, body.get("reason") or refunds.USUAL_FAILURE))
