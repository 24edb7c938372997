"""Let a payer's bank answer."""

from sandbox import settling
from sandbox.errors import StripeError
from sandbox.showing import shown
from sandbox.switches.common import one_of, required
from sandbox.switching import switch
from sandbox.types import Json
from sandbox.work import Work

OUTCOMES = {"succeeded": True, "failed": False}


@switch("POST", "settle")
def settle(work: Work, body: Json) -> Json:
    """Conclude a debit that is under way, as its test account has it unless told; the payment intent is the answer."""
    intent = _intent(work, body)
    is_paid = OUTCOMES[one_of(body, "outcome", tuple(OUTCOMES))] if "outcome" in body else None
    settling.conclude(work, intent, is_paid=is_paid)
    return shown(work, intent)


def _intent(work: Work, body: Json) -> Json:
    if "session" not in body:
        return work.get("payment_intent", required(body, "payment_intent"), param="payment_intent")
    session = work.get("checkout.session", required(body, "session"), param="session")
    intent = work.find(session.get("_intent"))
    if intent is None:
        raise StripeError("Nobody has tried to pay this session yet.", param="session")
    return intent
