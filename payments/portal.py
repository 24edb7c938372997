"""Sends a reader to Stripe's customer portal."""

from payments.gateway.portal import portal_address
from payments.models import Customer


def open_portal(
    customer: Customer, return_url: str, is_for_card: bool = False, *, saved_url: str = ""
) -> str:
    """The address of Stripe's page for the customer: for another card alone, or also for their invoices.

    Whoever saves a card comes back to `saved_url` (else to `return_url`), who turns back to `return_url`. Both are
    whole addresses. Whoever holds the address can use it: redirect, never show it. Raises GatewayError.
    """
    saved = (saved_url or return_url) if is_for_card else ""
    return portal_address(customer.stripe_id, return_url=return_url, saved_url=saved)
