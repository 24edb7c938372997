"""Customers and their payment methods."""

from sandbox import methods
from sandbox.billing import ending, invoices, subscriptions
from sandbox.cards import TOKENS
from sandbox.customers import new_customer
from sandbox.errors import StripeError
from sandbox.lists import page
from sandbox.resources.common import apply, besides_clocks, picked
from sandbox.routing import serves
from sandbox.types import Json
from sandbox.work import Work

PATH = "/v1/customers"
ONE = f"{PATH}/{{customer}}"
FIELDS = (
    "address", "balance", "description", "email", "metadata", "name", "next_invoice_sequence", "phone",
    "preferred_locales", "shipping", "tax_exempt", "invoice_prefix",
)  # fmt: skip


@serves(f"GET {PATH}")
def list_them(work: Work, params: Json) -> Json:
    return page(work, "customer", params, url=PATH, besides=besides_clocks(params))


@serves(f"GET {ONE}")
def retrieve(work: Work, params: Json, identifier: str) -> Json:
    """Of all deleted things, Stripe still shows customers."""
    found = work.find(identifier)
    if found and found["object"] == "customer" and found.get("deleted"):
        return found
    return work.get("customer", identifier, param="customer")


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
            ending.end(work, subscription)
    invoices.stop_collecting(work, customer=identifier)
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
        _charge_by_default(work, customer, customer.get("_source") if default in TOKENS else default)
    work.save(customer)


def _charge_by_default(work: Work, customer: Json, identifier: str | None) -> None:
    """A ready-made token stands for the copy that was just attached."""
    param = "invoice_settings[default_payment_method]"
    method = methods.usable(work, identifier or "", param=param)
    if method["customer"] != customer["id"]:
        message = f"The customer does not have a payment method with the ID {identifier}"
        raise StripeError(message, code="resource_missing", param=param)
    customer["invoice_settings"] = customer["invoice_settings"] | {"default_payment_method": identifier}
