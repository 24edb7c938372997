"""Which object each of Stripe's events hints at, and how it is read."""

import json
from collections.abc import Callable

from payments.gateway import reading
from payments.gateway.facts import Snapshot
from payments.models import StripeEvent

Reader = Callable[[str], Snapshot | None]
_READERS: dict[str, Reader] = {
    "checkout.session.completed": reading.snapshot_of_session,
    "checkout.session.async_payment_succeeded": reading.snapshot_of_session,
    "checkout.session.async_payment_failed": reading.snapshot_of_session,
    "checkout.session.expired": reading.snapshot_of_session,
    "invoice.paid": reading.snapshot_of_invoice,
    "customer.subscription.created": reading.snapshot_of_subscription,
    "customer.subscription.updated": reading.snapshot_of_subscription,
    "customer.subscription.deleted": reading.snapshot_of_subscription,
}


def read(event: StripeEvent) -> Snapshot | None:
    """What Stripe says now about the event's object; None if that is not ours. Raises GatewayError."""
    reader = _READERS.get(event.type)
    if reader is None:
        return None
    return reader(json.loads(bytes(event.body))["data"]["object"]["id"])
