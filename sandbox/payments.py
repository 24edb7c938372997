"""Payment intents: the state machine from an amount to a charge.

`confirm` tries a card; `answer_challenge` goes on after 3-D Secure. What a success means beyond the payment itself
(an invoice is paid, a checkout completes) is decided one floor up, in `settling`.
"""

from typing import Any

from sandbox import charges, methods
from sandbox.errors import CardError, StripeError, not_simulated
from sandbox.ids import token
from sandbox.money import check_chargeable
from sandbox.types import Json
from sandbox.work import Work, public

CONFIRMABLE = ("requires_payment_method", "requires_confirmation", "requires_action")
CANCELLABLE = (*CONFIRMABLE, "requires_capture")

DEBITED = "eur"
OPTIONS: dict[str, Json] = {
    "card": {
        "installments": None,
        "mandate_options": None,
        "network": None,
        "request_three_d_secure": "automatic",
    },
    "sepa_debit": {"mandate_options": {}},
}
"""What can be paid with, and what a payment intent says about it."""

AUTHENTICATION_FAILED = (
    "We are unable to authenticate your payment method. "
    "Please choose a different payment method and try again."
)


def open_intent(work: Work, *, amount: int, currency: str, **fields: Any) -> Json:
    """Create a payment intent that waits for a payment method."""
    check_chargeable(amount, currency)
    intent = work.draft(
        "payment_intent",
        amount=amount,
        amount_capturable=0,
        amount_details={"tip": {}},
        amount_received=0,
        capture_method="automatic_async",
        confirmation_method="automatic",
        currency=currency,
        metadata={},
        payment_method_types=usual_types(currency),
        source=None,
        status="requires_payment_method",
    )
    intent |= {"client_secret": f"{intent['id']}_secret_{token()}", "_is_authenticated": False} | fields
    check_types(intent["payment_method_types"], currency)
    intent["payment_method_options"] = {kind: OPTIONS[kind] for kind in intent["payment_method_types"]}
    work.save(intent)
    work.emit("payment_intent.created", intent)
    return intent


def usual_types(currency: str) -> list[str]:
    """Name what can be paid with in this currency."""
    return ["card", "sepa_debit"] if currency == DEBITED else ["card"]


def check_types(types: list[str], currency: str) -> None:
    """Refuse ways to pay that are not simulated, and debits in anything but euros."""
    if not set(types) <= OPTIONS.keys():
        raise not_simulated("payment_method_types")
    if "sepa_debit" in types and currency != DEBITED:
        message = (
            f"The currency provided ({currency}) is invalid for one or more of the payment method types: "
            f"sepa_debit takes only {DEBITED}."
        )
        raise StripeError(message, param="payment_method_types")


def check_method(types: list[str], method: Json) -> None:
    """Refuse a payment method of a type that the payment does not take."""
    if method["type"] in types:
        return
    message = (
        f"The PaymentMethod provided ({method['type']}) is not allowed for this PaymentIntent. Please attach a "
        f"PaymentMethod of one of these types: {', '.join(types)}."
    )
    raise StripeError(message, code="payment_intent_incompatible_payment_method", param="payment_method")


def confirm(work: Work, intent: Json, method: Json, *, is_off_session: bool = False) -> None:
    """Try the card, or send off the debit; raises CardError on decline.

    Leaves the intent succeeded, authorised, waiting for 3-D Secure or, with a debit under way, processing.
    """
    if intent["status"] not in CONFIRMABLE:
        raise _unexpected(intent, "confirm")
    check_method(intent["payment_method_types"], method)
    if method["customer"] and intent["customer"] not in (None, method["customer"]):
        raise StripeError(
            "The provided PaymentMethod belongs to a different Customer.", param="payment_method"
        )
    intent |= {"payment_method": method["id"], "_is_authenticated": False}
    if method["type"] == "card":
        _run(work, intent, method, is_off_session=is_off_session)
    else:
        _debit(work, intent, method)


def answer_challenge(work: Work, intent: Json, *, is_passed: bool) -> None:
    """Go on after the 3-D Secure step; raises CardError if it failed or the bank then declines."""
    if intent["status"] != "requires_action":
        raise _unexpected(intent, "authenticate")
    method = work.get("payment_method", intent["payment_method"])
    if not is_passed:
        _decline(work, intent, method, _authentication_failure(), None)
    intent["_is_authenticated"] = True
    method["_is_authenticated"] = True
    work.save(method)
    _run(work, intent, method)


def conclude(work: Work, intent: Json, *, is_paid: bool | None = None) -> None:
    """Let the bank answer a debit, as its test account has it unless told; raises CardError if it refuses."""
    if intent["status"] != "processing":
        raise _unexpected(intent, "settle")
    method = work.get("payment_method", intent["payment_method"])
    charge = work.get("charge", intent["latest_charge"])
    account = methods.account_of(method)
    intent["_concludes_at"] = None
    if account.failure is None if is_paid is None else is_paid:
        charges.arrive(work, charge)
        _succeed(work, intent, charge)
    else:
        charges.refuse(work, charge, account.refusal())
        _decline(work, intent, method, account.refusal(), charge)


def capture(work: Work, intent: Json, amount: int | None = None) -> None:
    """Take the authorised money, or a part of it."""
    if intent["status"] != "requires_capture":
        raise _unexpected(intent, "capture")
    charge = work.get("charge", intent["latest_charge"])
    charge |= {"captured": True, "amount_captured": intent["amount"] if amount is None else amount}
    charges.settle(work, charge)
    work.emit("charge.captured", charge)
    _succeed(work, intent, charge)


def cancel(work: Work, intent: Json, reason: str | None = None) -> None:
    """Cancel an intent that has not succeeded."""
    if intent["status"] not in CANCELLABLE:
        raise _unexpected(intent, "cancel")
    intent |= {
        "status": "canceled",
        "canceled_at": work.now,
        "cancellation_reason": reason,
        "next_action": None,
    }
    work.save(intent)
    work.emit("payment_intent.canceled", intent)


def _run(work: Work, intent: Json, method: Json, *, is_off_session: bool = False) -> None:
    card = methods.card_of(method)
    if _needs_challenge(intent, method):
        if is_off_session:
            refusal = _authentication_required()
            _decline(work, intent, method, refusal, charges.fail(work, intent, method, refusal))
        _challenge(work, intent)
        return
    if card.decline:
        _decline(work, intent, method, card.refusal(), charges.fail(work, intent, method, card.refusal()))
    charge = charges.succeed(work, intent, method, is_authenticated=intent["_is_authenticated"])
    intent["latest_charge"] = charge["id"]
    _keep_method(work, intent, method)
    if intent["capture_method"] == "manual":
        _await_capture(work, intent)
    else:
        _succeed(work, intent, charge)


def _debit(work: Work, intent: Json, method: Json) -> None:
    if intent["capture_method"] == "manual":
        raise StripeError("A SEPA debit cannot be authorised first.", param="capture_method")
    _keep_method(work, intent, method)
    charge = charges.begin(work, intent, method)
    intent |= {
        "latest_charge": charge["id"],
        "last_payment_error": None,
        "status": "processing",
        "_concludes_at": work.now + methods.account_of(method).delay,
    }
    work.save(intent)
    work.emit("payment_intent.processing", intent)


def _needs_challenge(intent: Json, method: Json) -> bool:
    challenge = methods.card_of(method).challenge
    is_remembered = challenge == "once" and method.get("_is_authenticated")
    return challenge != "never" and not intent["_is_authenticated"] and not is_remembered


def _challenge(work: Work, intent: Json) -> None:
    step: Json = {"type": "use_stripe_sdk", "use_stripe_sdk": {"type": "three_d_secure_redirect"}}
    if intent.get("_return_url"):
        url = f"{work.base_url}/c/3ds/{intent['id']}"
        step = {
            "type": "redirect_to_url",
            "redirect_to_url": {"return_url": intent["_return_url"], "url": url},
        }
    intent |= {"status": "requires_action", "next_action": step, "last_payment_error": None}
    work.save(intent)
    work.emit("payment_intent.requires_action", intent)


def _succeed(work: Work, intent: Json, charge: Json) -> None:
    received = charge["amount_captured"]
    intent |= {"status": "succeeded", "amount_received": received, "amount_capturable": 0}
    intent |= {"next_action": None, "last_payment_error": None}
    work.save(intent)
    work.emit("payment_intent.succeeded", intent)


def _await_capture(work: Work, intent: Json) -> None:
    intent |= {"status": "requires_capture", "amount_capturable": intent["amount"], "next_action": None}
    work.save(intent)
    work.emit("payment_intent.amount_capturable_updated", intent)


def _keep_method(work: Work, intent: Json, method: Json) -> None:
    if intent["setup_future_usage"] and intent["customer"]:
        methods.attach(work, method, work.get("customer", intent["customer"]))


def _decline(work: Work, intent: Json, method: Json, refusal: CardError, charge: Json | None) -> None:
    """Record the refusal, of a charge if there was one, then raise it."""
    if charge:
        intent["latest_charge"] = refusal.fields["charge"] = charge["id"]
    intent |= {"status": "requires_payment_method", "payment_method": None, "next_action": None}
    intent["last_payment_error"] = refusal.body()["error"] | {"payment_method": public(method)}
    work.save(intent)
    work.emit("payment_intent.payment_failed", intent)
    refusal.fields["payment_intent"] = public(intent)
    raise refusal


def _authentication_failure() -> CardError:
    return CardError(AUTHENTICATION_FAILED, code="payment_intent_authentication_failure")


def _authentication_required() -> CardError:
    message = "Your card was declined. This transaction requires authentication."
    return CardError(message, code="authentication_required", decline_code="authentication_required")


def _unexpected(intent: Json, verb: str) -> StripeError:
    message = (
        f"You cannot {verb} this PaymentIntent because it has a status of {intent['status']}. "
        f"Only a PaymentIntent with one of the following statuses may be used: {', '.join(CONFIRMABLE)}."
    )
    return StripeError(message, code="payment_intent_unexpected_state", payment_intent=public(intent))
