"""What only a payer's bank can do: dispute a charge, insist, decide."""

from sandbox import disputes
from sandbox.showing import shown
from sandbox.switches.common import one_of, required
from sandbox.switching import switch
from sandbox.types import Json
from sandbox.work import Work

STATUSES = ("needs_response", "warning_needs_response")
OUTCOMES = ("won", "lost", "warning_closed")


@switch("POST", "dispute")
def open_one(work: Work, body: Json) -> Json:
    """Dispute a charge, wholly or in part; `warning_needs_response` makes it an inquiry."""
    charge = work.get("charge", required(body, "charge"), param="charge")
    status = one_of(body, "status", STATUSES, "needs_response")
    dispute = disputes.open_dispute(
        work,
        charge,
        amount=body.get("amount"),
        reason=body.get("reason", "fraudulent"),
        is_inquiry=status == "warning_needs_response",
    )
    return shown(work, dispute)


@switch("POST", "dispute/escalate")
def escalate(work: Work, body: Json) -> Json:
    """Turn an inquiry into a chargeback."""
    return shown(work, disputes.escalate(work, _dispute(work, body)))


@switch("POST", "dispute/close")
def close(work: Work, body: Json) -> Json:
    """Decide a dispute; an inquiry can only be closed as one."""
    outcome = one_of(body, "outcome", OUTCOMES)
    return shown(work, disputes.close(work, _dispute(work, body), outcome))


def _dispute(work: Work, body: Json) -> Json:
    return work.get("dispute", required(body, "dispute"), param="dispute")
