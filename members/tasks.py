from celery import shared_task

from members import mailing


@shared_task
def send_mail(pk: int) -> None:
    """Sends one mail of the outbox."""
    mailing.send(pk)


@shared_task
def sweep_outbox() -> None:
    """Finds the mails that the doorbell missed."""
    for pk in mailing.due():
        mailing.send(pk)
