"""Payment intents over the API."""

from sandbox import methods, payments, settling
from sandbox.errors import CardError, StripeError
from sandbox.money import known_currency
from sandbox.resources.common import apply, picked, readable
from sandbox.routing import serves
from sandbox.types import Json
from sandbox.work import Work

PATH = "/v1/payment_intents"
ONE = f"{PATH}/{{intent}}"
FIELDS = (
    "capture_method", "confirmation_method", "customer", "description", "metadata", "payment_method_types",
    "receipt_email", "setup_future_usage", "shipping", "statement_descriptor", "statement_descriptor_suffix",
    "transfer_group",
)  # fmt: skip
CHANGEABLE = tuple(name for name in FIELDS if name not in ("capture_method", "confirmation_method"))

readable("payment_intent", PATH, "intent")


@serves(f"POST {PATH}")
def create(work: Work, params: Json) -> Json:
    if params.get("customer"):
        work.get("customer", params["customer"], param="customer")
    fields = picked(params, FIELDS)
    if (params.get("automatic_payment_methods") or {}).get("enabled"):
        allowed = params["automatic_payment_methods"].get("allow_redirects") or "always"
        fields["automatic_payment_methods"] = {"allow_redirects": allowed, "enabled": True}
    intent = payments.open_intent(
        work, amount=params["amount"], currency=known_currency(params["currency"]), **fields
    )
    method = _method(work, params)
    if method:
        intent |= {"payment_method": method["id"], "status": "requires_confirmation"}
        work.save(intent)
    return _confirm(work, intent, params) if params.get("confirm") else intent


@serves(f"POST {ONE}")
def update(work: Work, params: Json, identifier: str) -> Json:
    intent = _get(work, identifier)
    method = _method(work, params)
    if method:
        intent |= {"payment_method": method["id"], "status": "requires_confirmation"}
    if params.get("amount") is not None and intent["status"] in payments.CONFIRMABLE:
        intent["amount"] = params["amount"]
    apply(work, intent, params, CHANGEABLE)
    return intent


@serves(f"POST {ONE}/confirm")
def confirm(work: Work, params: Json, identifier: str) -> Json:
    intent = _get(work, identifier)
    method = _method(work, params)
    if method:
        intent["payment_method"] = method["id"]
    return _confirm(work, intent, params)


@serves(f"POST {ONE}/capture")
def capture(work: Work, params: Json, identifier: str) -> Json:
    intent = _get(work, identifier)
    payments.capture(work, intent, params.get("amount_to_capture"))
    return intent


@serves(f"POST {ONE}/cancel")
def cancel(work: Work, params: Json, identifier: str) -> Json:
    intent = _get(work, identifier)
    payments.cancel(work, intent, params.get("cancellation_reason"))
    return intent


def _get(work: Work, identifier: str) -> Json:
    return work.get("payment_intent", identifier, param="intent")


def _method(work: Work, params: Json) -> Json | None:
    if params.get("payment_method"):
        return methods.usable(work, params["payment_method"])
    inline = params.get("payment_method_data")
    return methods.from_parameters(work, inline) if inline else None


def _confirm(work: Work, intent: Json, params: Json) -> Json:
    if not intent["payment_method"]:
        message = (
            "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update the "
            "PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a "
            "payment method or ConfirmationToken."
        )
        raise StripeError(message, code="payment_intent_unexpected_state")
    if params.get("return_url"):
        intent["_return_url"] = params["return_url"]
    method = work.get("payment_method", intent["payment_method"])
    settling.confirm(work, intent, method, is_off_session=bool(params.get("off_session")))
    if params.get("error_on_requires_action") and intent["status"] == "requires_action":
        raise CardError(
            "Your card was declined. This transaction requires authentication.",
            code="authentication_required",
        )
    return intent
