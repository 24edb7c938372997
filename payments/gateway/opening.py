from typing import TYPE_CHECKING, Any, cast

from django.conf import settings

from payments.enums import Purpose
from payments.gateway.client import client, our_errors
from payments.gateway.facts import GatewayError, OpenedSession
from payments.models import Checkout

if TYPE_CHECKING:
    from stripe.params.checkout import SessionCreateParams

METADATA_PREFIX = "groundswell_"
REFERENCE_KEY = f"{METADATA_PREFIX}reference"
OWN_TERMS = (
    *("reference", "site", "purpose", "description", "amount", "first_amount", "currency", "interval"),
    "rest",
)
"""The names under which a checkout's own fields travel, beside its `terms`."""
_LONGEST_TEXT = 500
"""Characters that Stripe takes of a metadata value."""


def open_session(checkout: Checkout, *, success_url: str, cancel_url: str) -> OpenedSession:
    """Opens Stripe's hosted page for the checkout; called again, gives the same session. Raises GatewayError."""
    parameters = session_parameters(checkout, success_url=success_url, cancel_url=cancel_url)
    with our_errors():
        session = client().v1.checkout.sessions.create(
            cast("SessionCreateParams", parameters),
            {"idempotency_key": str(checkout.idempotency_key)},
        )
    if not session.url:
        raise GatewayError(f"session {session.id} has no page")
    return OpenedSession(session_id=session.id, url=session.url, livemode=session.livemode)


def session_parameters(checkout: Checkout, *, success_url: str, cancel_url: str) -> dict[str, Any]:
    """What we ask Stripe for: made of stored values alone, so that a repeated call has the same body."""
    reference = str(checkout.reference)
    metadata = metadata_of(checkout)
    parameters: dict[str, Any] = {
        "line_items": [{"quantity": 1, **_what_is_sold(checkout)}],
        "client_reference_id": reference,
        "metadata": metadata,
        "success_url": success_url,
        "cancel_url": cancel_url,
    }
    if checkout.expires_at:
        parameters["expires_at"] = int(checkout.expires_at.timestamp())
    if checkout.interval:
        trial = {"trial_period_days": checkout.trial_days} if checkout.trial_days else {}
        parameters |= {"mode": "subscription", "subscription_data": {"metadata": metadata} | trial}
    else:
        parameters |= {"mode": "payment", "payment_intent_data": {"metadata": metadata}}
        if checkout.purpose == Purpose.CONTRIBUTION:
            parameters["submit_type"] = "donate"  # what Stripe's button says
    if checkout.coupon_id:
        parameters["discounts"] = [{"coupon": checkout.coupon_id}]
    if checkout.stripe_customer_id:
        parameters["customer"] = checkout.stripe_customer_id
    else:
        parameters["customer_email"] = checkout.email
        if not checkout.interval:
            parameters["customer_creation"] = "always"
    return parameters


def _what_is_sold(checkout: Checkout) -> dict[str, Any]:
    """A price of our catalogue, or an amount of the reader's own: of a product there, or of none yet."""
    if checkout.price_id:
        return {"price": checkout.price_id}
    product: dict[str, Any] = {"product_data": {"name": checkout.description}}
    if checkout.product_id:
        product = {"product": checkout.product_id}
    recurring = {"recurring": {"interval": checkout.interval}} if checkout.interval else {}
    money = {"currency": checkout.currency.lower(), "unit_amount": checkout.amount}
    return {"price_data": money | product | recurring}


def metadata_of(checkout: Checkout) -> dict[str, str]:
    """What goes on every object that the checkout makes at Stripe: enough to make our own rows again."""
    own = {
        "reference": str(checkout.reference),
        "site": settings.SITE_URL,
        "purpose": checkout.purpose,
        "description": checkout.description,
        "amount": str(checkout.amount),
        "first_amount": "" if checkout.first_amount is None else str(checkout.first_amount),
        "currency": checkout.currency,
        "interval": checkout.interval,
    }
    given = own | checkout.terms
    # In an order of its own: PostgreSQL gives a row's terms back in another than they were written in.
    return {f"{METADATA_PREFIX}{key}": text[:_LONGEST_TEXT] for key, text in sorted(given.items()) if text}
