"""What the fate of a payment means to the invoice or the checkout that asked for it."""

from sandbox import payments
from sandbox.agenda import falls_due
from sandbox.billing import invoices, paying
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
    conclude_at_once(work, intent)


def pay_session(
    work: Work, session: Json, method: Json, *, email: str | None, name: str | None
) -> Json | None:
    """Pay a checkout. Returns the intent if the bank wants 3-D Secure first; raises CardError on decline."""
    waiting = checkout.pay(work, session, method, email=email, name=name)
    conclude_at_once(work, work.find(session.get("_intent")))
    return waiting


def pay_invoice(work: Work, invoice: Json, method: Json) -> Json | None:
    """Pay an open invoice, its payer being there. Returns the intent, if it has one; raises CardError on decline."""
    intent = invoices.intent_of(work, invoice)
    if intent is None:
        paying.mark_paid(work, invoice)
    else:
        confirm(work, intent, method)
    return intent


def answer_challenge(work: Work, intent: Json, *, is_passed: bool) -> None:
    """Go on after 3-D Secure with the payment and everything that hangs on it; raises CardError on failure."""
    try:
        payments.answer_challenge(work, intent, is_passed=is_passed)
    except CardError:
        _note_failure(work, intent)
        raise
    _follow(work, intent)


def conclude(work: Work, intent: Json, *, is_paid: bool | None = None) -> None:
    """Let the bank answer a debit that is under way, and tell everything that hangs on it."""
    try:
        payments.conclude(work, intent, is_paid=is_paid)
    except CardError:
        _note_failure(work, intent)
    else:
        if intent.get("_invoice"):
            paying.follow(work, work.get("invoice", intent["_invoice"]), intent)
    if intent.get("_session"):
        checkout.after_debit(work, intent)


@falls_due("payment_intent", lambda intent: intent.get("_concludes_at"))
def hear_from_bank(work: Work, intent: Json) -> None:
    conclude(work, intent)


def conclude_at_once(work: Work, intent: Json | None) -> None:
    """Conclude a debit whose bank answers in a moment."""
    if intent and intent.get("_concludes_at") == work.now:
        conclude(work, intent)


def _follow(work: Work, intent: Json) -> None:
    if intent.get("_session"):
        checkout.after_challenge(work, intent)
    elif intent.get("_invoice"):
        paying.follow(work, work.get("invoice", intent["_invoice"]), intent)


def _note_failure(work: Work, intent: Json) -> None:
    if intent.get("_invoice"):
        paying.note_failure(work, work.get("invoice", intent["_invoice"]))
