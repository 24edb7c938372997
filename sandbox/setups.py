"""Setup intents: a card is made ready for later without charging it."""

from typing import Any

from sandbox import methods
from sandbox.errors import CardError, StripeError
from sandbox.ids import token
from sandbox.mandates import mandate_of
from sandbox.payments import AUTHENTICATION_FAILED
from sandbox.types import Json
from sandbox.work import Work, public

OPEN = ("requires_payment_method", "requires_confirmation", "requires_action")


def open_setup(work: Work, **fields: Any) -> Json:
    """Create a setup intent that waits for a payment method."""
    setup = work.draft(
        "setup_intent",
        metadata={},
        payment_method_options={"card": _card_options()},
        payment_method_types=["card"],
        status="requires_payment_method",
        usage="off_session",
    )
    setup |= {"client_secret": f"{setup['id']}_secret_{token()}"} | fields
    work.save(setup)
    work.emit("setup_intent.created", setup)
    return setup


def confirm(work: Work, setup: Json, method: Json) -> None:
    """Make it ready; any card with 3-D Secure asks for it now. Raises CardError if the card is refused."""
    if setup["status"] not in OPEN:
        raise StripeError(
            f"You cannot confirm this SetupIntent because it has a status of {setup['status']}.",
            code="setup_intent_unexpected_state",
        )
    setup["payment_method"] = method["id"]
    if method["type"] != "card":
        setup["mandate"] = mandate_of(work, method)
        _succeed(work, setup, method)
        return
    card = methods.card_of(method)
    if card.is_refused_on_attach:
        _fail(work, setup, method, card.refusal())
    if card.challenge != "never" and not method.get("_is_authenticated"):
        _challenge(work, setup)
    else:
        _succeed(work, setup, method)


def answer_challenge(work: Work, setup: Json, *, is_passed: bool) -> None:
    """Go on after the 3-D Secure step; raises CardError if it failed."""
    method = work.get("payment_method", setup["payment_method"])
    if not is_passed:
        _fail(
            work, setup, method, CardError(AUTHENTICATION_FAILED, code="setup_intent_authentication_failure")
        )
    method["_is_authenticated"] = True
    work.save(method)
    _succeed(work, setup, method)


def cancel(work: Work, setup: Json, reason: str | None) -> None:
    """Cancel a setup that has not succeeded."""
    if setup["status"] not in OPEN:
        message = f"You cannot cancel this SetupIntent because it has a status of {setup['status']}."
        raise StripeError(message, code="setup_intent_unexpected_state")
    setup |= {"status": "canceled", "cancellation_reason": reason, "next_action": None}
    work.save(setup)
    work.emit("setup_intent.canceled", setup)


def _succeed(work: Work, setup: Json, method: Json) -> None:
    if setup["customer"]:
        methods.attach(work, method, work.get("customer", setup["customer"]))
    setup |= {"status": "succeeded", "next_action": None, "last_setup_error": None}
    work.save(setup)
    work.emit("setup_intent.succeeded", setup)


def _challenge(work: Work, setup: Json) -> None:
    step: Json = {"type": "use_stripe_sdk", "use_stripe_sdk": {"type": "three_d_secure_redirect"}}
    if setup.get("_return_url"):
        url = f"{work.base_url}/c/3ds/{setup['id']}"
        step = {
            "type": "redirect_to_url",
            "redirect_to_url": {"return_url": setup["_return_url"], "url": url},
        }
    setup |= {"status": "requires_action", "next_action": step}
    work.save(setup)
    work.emit("setup_intent.requires_action", setup)


def _fail(work: Work, setup: Json, method: Json, refusal: CardError) -> None:
    setup |= {"status": "requires_payment_method", "payment_method": None, "next_action": None}
    setup["last_setup_error"] = refusal.body()["error"] | {"payment_method": public(method)}
    work.save(setup)
    work.emit("setup_intent.setup_failed", setup)
    refusal.fields["setup_intent"] = public(setup)
    raise refusal


def _card_options() -> Json:
    return {"mandate_options": None, "network": None, "request_three_d_secure": "automatic"}
