"""Tasks take ids, fetch and delegate. The tables are the queue: a lost task is found by the sweeper."""

from celery import shared_task

from payments import alarms, catalogue, collecting, inbox
from payments.checking import running
from payments.doorbell import ring
from payments.models import Heartbeat
from payments.reconciling import checkouts, polling, walking


@shared_task
def drain_inbox() -> None:
    """Processes the events that wait: when one has come, and at times for what the doorbell missed."""
    inbox.drain()


@shared_task
def drain_collections() -> None:
    """Tries new cards: when one has come, and at times for what the doorbell missed."""
    collecting.drain()


@shared_task
def reconcile_checkout(pk: int) -> None:
    """Looks at Stripe for a reader who is back and waits."""
    checkouts.reconcile_checkout(pk)


@shared_task
def drain_catalogue() -> None:
    """Makes at Stripe what staff changed in what we sell."""
    catalogue.drain()


@shared_task
def compare_catalogue() -> None:
    """Looks whether what we sell still stands at Stripe as we made it."""
    catalogue.compare_all()


# Acknowledged at once: one that takes long must not be given to a second worker by the broker meanwhile.
@shared_task(acks_late=False)
def poll_events() -> None:
    """Finds the events that no webhook brought."""
    polling.poll_events()
    ring(inbox.DRAIN)


@shared_task(acks_late=False)
def walk_stripe() -> None:
    """Records what no event told of."""
    walking.walk()


@shared_task(acks_late=False)
def check_books() -> None:
    """Looks for what cannot be; what is found is told by mail."""
    running.check_books()


@shared_task
def tell_alarms() -> None:
    """Mails what a person must look at."""
    alarms.tell()


@shared_task
def tick() -> None:
    """Shows that beat and a worker are alive; /readyz tells its age."""
    Heartbeat.beat()
