"""One module for each family of Stripe's operations; importing them registers their handlers."""

from sandbox.resources import (
    account,
    charges,
    checkout_sessions,
    customers,
    events,
    invoice_items,
    invoices,
    payment_intents,
    payment_methods,
    payment_pages,
    prices,
    products,
    refunds,
    setup_intents,
    subscriptions,
    webhook_endpoints,
)

__all__ = [
    "account",
    "charges",
    "checkout_sessions",
    "customers",
    "events",
    "invoice_items",
    "invoices",
    "payment_intents",
    "payment_methods",
    "payment_pages",
    "prices",
    "products",
    "refunds",
    "setup_intents",
    "subscriptions",
    "webhook_endpoints",
]
