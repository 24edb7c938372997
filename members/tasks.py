from celery import shared_task

from members import mailing


@shared_task
def drain_outbox() -> None:
    """Sends the mails that are owed: when one has been added, and at times for what the doorbell missed."""
    mailing.drain()
