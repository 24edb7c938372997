"""The outbox: a mail is owed by a row, in the transaction that caused it, and sent once after that."""

from datetime import datetime
from typing import Any

import structlog
from anymail.exceptions import AnymailRecipientsRefused
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import QuerySet

from members.enums import MailKind, Unsent
from members.mails.registry import Context, Mail, mail_of
from members.models import OutgoingMail
from members.models.user import ERASED
from members.outbox import bouncing
from members.outbox.bouncing import DRAIN
from payments.alarms import clear_alarm, raise_alarm
from payments.checkpoints import reached
from payments.composing import compose
from payments.doorbell import ring
from payments.enums import AlarmKind, QueueState
from payments.models.queue import QueueQuerySet, in_words
from payments.silence import is_silent

log = structlog.get_logger(__name__)


def owe_mail(*, kind: MailKind, reference: int | str, recipient: str) -> None:
    """Owes the mail, if it is not owed or sent already, and if what it tells is news.

    The reference, of at most 100 characters, is what its contents are found by, and what makes it one of its kind.
    """
    if is_silent() or recipient.endswith(ERASED):
        return
    _, is_new = OutgoingMail.objects.get_or_create(
        kind=kind, reference=str(reference), defaults={"recipient": recipient}
    )
    if is_new:
        transaction.on_commit(lambda: ring(DRAIN))


def owe_once(
    unowed: QuerySet[Any], *, kind: MailKind, reference: int | str, recipient: str, **stamp: datetime
) -> bool:
    """Owes the mail if the row still is among `unowed`, and stamps it, so that it no longer is. False: it was not."""
    with transaction.atomic():
        # One conditional update decides between any number of workers, and whoever calls the mail off.
        if not unowed.update(**stamp):
            return False
        owe_mail(kind=kind, reference=reference, recipient=recipient)
        return True


def drain(waiting: QueueQuerySet[OutgoingMail] | None = None) -> int:
    """Sends what is due, longest waiting first; how many mails that were."""
    return (OutgoingMail.objects.all() if waiting is None else waiting).work(_send)


def send(pk: int) -> bool:
    """Sends one owed mail. False: not due, or another worker has it."""
    return drain(OutgoingMail.objects.filter(pk=pk)) == 1


def send_again(chosen: QueueQuerySet[OutgoingMail]) -> int:
    """Lets mails that were given up be tried anew; how many. Sent ones stay sent."""
    with transaction.atomic():
        parked = chosen.filter(state=QueueState.PARKED).select_for_update()
        for mail in parked:
            clear_alarm(kind=AlarmKind.MAIL_PARKED, subject=str(mail))
        count = parked.again()
    ring(DRAIN)
    return count


def render(
    mail: Mail, context: Context, *, to: str, headers: dict[str, str] | None = None
) -> EmailMultiAlternatives:
    """The mail as it would arrive."""
    return compose(mail.template, {"why": mail.why} | context, to=[to], headers=headers)


def _send(mail: OutgoingMail) -> None:
    reached("mail.claimed")
    try:
        unsent = _deliver(mail)
    except Exception as error:
        _fail(mail, error)
    else:
        reached("mail.sent")
        mail.finish(unsent)


def _deliver(owed: OutgoingMail) -> Unsent | None:
    """Hands it to the mail server, if there is still something to tell and somebody who reads it."""
    if bouncing.is_left_alone(owed.recipient):
        return Unsent.UNDELIVERABLE
    mail = mail_of(MailKind(owed.kind))
    context = mail.contents(owed.reference)
    if context is None:
        return Unsent.OBSOLETE
    message = render(mail, context, to=owed.recipient, headers={"Message-ID": _message_id(owed)})
    # What a provider tells of the mail later comes with this.
    message.metadata = {"mail": str(owed.pk)}  # type: ignore[attr-defined]
    try:
        message.send()
    except AnymailRecipientsRefused as refused:
        bouncing.record_refusal(owed, refused)
        return Unsent.UNDELIVERABLE
    return None


def _message_id(mail: OutgoingMail) -> str:
    """The same at every try: what is sent again, because a worker died before it could say so, is the same mail."""
    return f"<{mail.kind}.{mail.pk}.{mail.created_at:%Y%m%d%H%M%S}@{settings.SITE_HOST}>"


def _fail(mail: OutgoingMail, error: Exception) -> None:
    log.error("mail_failed", kind=mail.kind, pk=mail.pk, attempts=mail.attempts, exc_info=error)
    with transaction.atomic():
        if mail.fail(error):
            raise_alarm(kind=AlarmKind.MAIL_PARKED, subject=str(mail), message=in_words(error))
