"""Customers: who is charged."""

from typing import Any

from sandbox.ids import token
from sandbox.types import Json
from sandbox.work import Work


def new_customer(work: Work, **fields: Any) -> Json:
    """Create a customer with Stripe's defaults for whatever is not given."""
    names = ("custom_fields", "default_payment_method", "footer", "rendering_options")
    defaults: Json = {
        "balance": 0,
        "delinquent": False,
        "invoice_prefix": token(8).upper(),
        "invoice_settings": dict.fromkeys(names),
        "metadata": {},
        "next_invoice_sequence": 1,
        "preferred_locales": [],
        "tax_exempt": "none",
    }
    customer = work.new("customer", **defaults | fields)
    work.emit("customer.created", customer)
    return customer
