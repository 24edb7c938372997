"""What the fate of a payment means to the invoice or the checkout that asked for it."""

from sandbox import payments
from sandbox.billing import paying
from sandbox.checkout import paying as checkout
from sandbox.errors import CardError
from sandbox.types import Json
from sandbox.work import Work


def confirm(work: Work, intent: Json, method: Json, *, is_off_session: bool = False) -> None:
    """Confirm a payment intent and everything that hangs on it; raises CardError on decline."""
    try:
        payments.confirm(work, intent, method, is_off_session=is_off_session)
    except CardError:
        _note_failure(work, intent)
        raise
    _follow(work, intent)


def answer_challenge(work: Work, intent: Json, *, is_passed: bool) -> None:
    """Go on after 3-D Secure with the payment and everything that hangs on it; raises CardError on failure."""
    try:
        payments.answer_challenge(work, intent, is_passed=is_passed)
    except CardError:
        _note_failure(work, intent)
        raise
    _follow(work, intent)


def _follow(work: Work, intent: Json) -> None:
    if intent.get("_session"):
        checkout.after_challenge(work, intent)
    elif intent.get("_invoice"):
        paying.follow(work, work.get("invoice", intent["_invoice"]), intent)


def _note_failure(work: Work, intent: Json) -> None:
    if intent.get("_invoice"):
        paying.note_failure(work, work.get("invoice", intent["_invoice"]))
