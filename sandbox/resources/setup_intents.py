"""Setup intents over the API."""

from sandbox import methods, setups
from sandbox.errors import StripeError
from sandbox.resources.common import apply, picked, readable
from sandbox.routing import serves
from sandbox.types import Json
from sandbox.work import Work

PATH = "/v1/setup_intents"
ONE = f"{PATH}/{{intent}}"
FIELDS = ("customer", "description", "metadata", "payment_method_types", "usage")

readable("setup_intent", PATH, "intent")


@serves(f"POST {PATH}")
def create(work: Work, params: Json) -> Json:
    if params.get("customer"):
        work.get("customer", params["customer"], param="customer")
    setup = setups.open_setup(work, **picked(params, FIELDS))
    if params.get("payment_method"):
        setup["payment_method"] = methods.usable(work, params["payment_method"])["id"]
        setup["status"] = "requires_confirmation"
        work.save(setup)
    return _confirm(work, setup, params) if params.get("confirm") else setup


@serves(f"POST {ONE}")
def update(work: Work, params: Json, identifier: str) -> Json:
    setup = work.get("setup_intent", identifier, param="intent")
    apply(work, setup, params, ("customer", "description", "metadata"))
    return setup


@serves(f"POST {ONE}/confirm")
def confirm(work: Work, params: Json, identifier: str) -> Json:
    setup = work.get("setup_intent", identifier, param="intent")
    if params.get("payment_method"):
        setup["payment_method"] = methods.usable(work, params["payment_method"])["id"]
    return _confirm(work, setup, params)


@serves(f"POST {ONE}/cancel")
def cancel(work: Work, params: Json, identifier: str) -> Json:
    setup = work.get("setup_intent", identifier, param="intent")
    setups.cancel(work, setup, params.get("cancellation_reason"))
    return setup


def _confirm(work: Work, setup: Json, params: Json) -> Json:
    if not setup["payment_method"]:
        message = "You cannot confirm this SetupIntent because it's missing a payment method."
        raise StripeError(message, code="setup_intent_unexpected_state")
    if params.get("return_url"):
        setup["_return_url"] = params["return_url"]
    setups.confirm(work, setup, work.get("payment_method", setup["payment_method"]))
    return setup
