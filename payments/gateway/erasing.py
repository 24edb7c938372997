"""Has Stripe forget somebody: their standing payments end, then the customer goes. Raises GatewayError."""

from django.conf import settings
from django.utils import timezone

from payments.gateway.client import client, our_errors
from payments.gateway.facts import CustomerGone


def delete_customer(stripe_id: str, *, key: str) -> CustomerGone:
    """Deletes the customer and, with it, whatever would be charged. One that is gone already is gone."""
    with our_errors():
        found = client().v1.customers.retrieve(stripe_id)
        if not getattr(found, "deleted", False):
            client().v1.customers.delete(stripe_id, {}, {"idempotency_key": key})
    return CustomerGone(stripe_id=stripe_id, livemode=settings.STRIPE_LIVEMODE, read_at=timezone.now())
