from django.core.cache import cache

from payments import recording
from payments.doorbell import ring
from payments.enums import CheckoutStatus
from payments.gateway import reading
from payments.models import Checkout

PATIENCE = 6
"""Seconds that a reader who came back from Stripe waits for the event before a worker goes and looks."""
AGAIN_AFTER = 60


def reconcile_soon(checkout: Checkout) -> None:
    """The reader says that they paid, and we have not heard: a worker shall look, once a minute at most."""
    if cache.add(f"payments:reconciling:{checkout.pk}", True, AGAIN_AFTER):
        ring("payments.tasks.reconcile_checkout", checkout.pk, delay=PATIENCE)


def reconcile_checkout(pk: int) -> bool:
    """Records what Stripe says of an open checkout; False if that is known. Raises GatewayError."""
    checkout = Checkout.objects.filter(pk=pk, status=CheckoutStatus.OPEN).first()
    if checkout is None or checkout.session_id is None:
        return False
    snapshot = reading.snapshot_of_session(checkout.session_id)
    if snapshot is None:
        return False
    recording.record(snapshot)
    return True
