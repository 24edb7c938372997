"""Customers and their payment methods."""

from sandbox import methods
from sandbox.billing import subscriptions
from sandbox.customers import new_customer
from sandbox.errors import StripeError
from sandbox.lists import page
from sandbox.resources.common import apply, picked, readable
from sandbox.routing import serves
from sandbox.types import Json
from sandbox.work import Work

PATH = "/v1/customers"
ONE = f"{PATH}/{{customer}}"
FIELDS = (
    "address", "balance", "description", "email", "metadata", "name", "next_invoice_sequence", "phone",
    "preferred_locales", "shipping", "tax_exempt", "invoice_prefix",
)  # fmt: skip

readable("customer", PATH, "customer")


@serves(f"POST {PATH}")
def create(work: Work, params: Json) -> Json:
    _check_email(params)
    customer = new_customer(work, **picked(params, FIELDS))
    _pay_with(work, customer, params)
    return customer


@serves(f"POST {ONE}")
def update(work: Work, params: Json, identifier: str) -> Json:
    _check_email(params)
    customer = work.get("customer", identifier, param="customer")
    settings = customer["invoice_settings"]
    previous = apply(work, customer, params, FIELDS)
    _pay_with(work, customer, params)
    if customer["invoice_settings"] != settings:
        previous["invoice_settings"] = settings
    if previous:
        work.emit("customer.updated", customer, previous)
    return customer


@serves(f"DELETE {ONE}")
def delete(work: Work, params: Json, identifier: str) -> Json:
    customer = work.get("customer", identifier, param="customer")
    for subscription in work.every("subscription", customer=identifier):
        if subscription["status"] in subscriptions.RUNNING:
            subscriptions.cancel(work, subscription)
    work.emit("customer.deleted", customer)
    return work.delete(customer)


@serves(f"GET {ONE}/payment_methods")
def list_payment_methods(work: Work, params: Json, identifier: str) -> Json:
    work.get("customer", identifier, param="customer")
    url = f"{PATH}/{identifier}/payment_methods"
    return page(work, "payment_method", params | {"customer": identifier}, url=url)


@serves(f"GET {ONE}/payment_methods/{{payment_method}}")
def retrieve_payment_method(work: Work, params: Json, identifier: str, method: str) -> Json:
    return work.get("payment_method", method, param="payment_method")


def _check_email(params: Json) -> None:
    email = params.get("email")
    if email and "@" not in email:
        raise StripeError(f"Invalid email address: {email}", code="email_invalid", param="email")


def _pay_with(work: Work, customer: Json, params: Json) -> None:
    """Attach what the parameters give to pay with, and make it the default where they say so."""
    for name in ("payment_method", "source"):
        if params.get(name):
            method = methods.usable(work, params[name], param=name)
            methods.attach(work, method, customer)
            customer["_source"] = method["id"]
    default = (params.get("invoice_settings") or {}).get("default_payment_method")
    if default:
        method = methods.usable(work, default, param="invoice_settings[default_payment_method]")
        if method["customer"] != customer["id"]:
            message = "The customer does not have a payment method with the ID " + default
            raise StripeError(
                message, code="resource_missing", param="invoice_settings[default_payment_method]"
            )
        customer["invoice_settings"] = customer["invoice_settings"] | {"default_payment_method": default}
    work.save(customer)
