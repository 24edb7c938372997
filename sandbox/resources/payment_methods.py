"""Payment methods over the API: bank accounts by IBAN; cards by number, by token, or ready-made like `pm_card_visa`."""

from sandbox import methods
from sandbox.errors import missing_parameter
from sandbox.resources.common import apply, readable
from sandbox.routing import serves
from sandbox.types import Json
from sandbox.work import Work

PATH = "/v1/payment_methods"
ONE = f"{PATH}/{{payment_method}}"
FIELDS = ("allow_redisplay", "metadata")

readable("payment_method", PATH, "payment_method")


@serves(f"POST {PATH}")
def create(work: Work, params: Json) -> Json:
    return methods.from_parameters(work, params)


@serves(f"POST {ONE}")
def update(work: Work, params: Json, identifier: str) -> Json:
    method = methods.usable(work, identifier)
    if params.get("billing_details"):
        method["billing_details"] = methods.billing_details(
            method["billing_details"] | params["billing_details"]
        )
    previous = apply(work, method, params, FIELDS)
    work.emit("payment_method.updated", method, previous)
    return method


@serves(f"POST {ONE}/attach")
def attach(work: Work, params: Json, identifier: str) -> Json:
    if not params.get("customer"):
        raise missing_parameter("customer")
    method = methods.usable(work, identifier)
    methods.attach(work, method, work.get("customer", params["customer"], param="customer"))
    return method


@serves(f"POST {ONE}/detach")
def detach(work: Work, params: Json, identifier: str) -> Json:
    method = methods.usable(work, identifier)
    methods.detach(work, method)
    return method
