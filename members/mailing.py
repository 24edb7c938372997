"""The outbox: a mail is owed by a row, in the transaction that caused it, and sent once after that."""

from typing import Any

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse

from members.enums import MailKind
from members.gift_links import url_for
from members.models import Gift, Membership, OutgoingMail
from payments.alarms import clear_alarm, raise_alarm
from payments.checkpoints import reached
from payments.doorbell import ring
from payments.enums import AlarmKind, QueueState
from payments.models import Payment
from payments.models.queue import QueueQuerySet, in_words
from payments.silence import is_silent

log = structlog.get_logger(__name__)

DRAIN = "members.tasks.drain_outbox"


def owe_mail(*, kind: MailKind, reference: int, recipient: str) -> None:
    """Owes the mail, if it is not owed or sent already, and if what it tells is news."""
    if is_silent():
        return
    _, is_new = OutgoingMail.objects.get_or_create(
        kind=kind, reference=str(reference), defaults={"recipient": recipient}
    )
    if is_new:
        transaction.on_commit(lambda: ring(DRAIN))


def drain(waiting: QueueQuerySet[OutgoingMail] | None = None) -> int:
    """Sends what is due, longest waiting first; how many mails that were."""
    count = 0
    for mail in (OutgoingMail.objects.all() if waiting is None else waiting).take():
        _send(mail)
        count += 1
    return count


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


def newsroom_context() -> dict[str, Any]:
    """Who writes, and from where: for every mail, sign-in codes too."""
    newsroom = {"name": settings.NEWSROOM_NAME, "contact_email": settings.NEWSROOM_EMAIL}
    return {"newsroom": newsroom, "site_url": settings.SITE_URL}


def _message(mail: OutgoingMail) -> EmailMultiAlternatives:
    context = newsroom_context() | _CONTEXTS[MailKind(mail.kind)](mail.reference)
    base = f"emails/members/{mail.kind}"
    message = EmailMultiAlternatives(
        subject=" ".join(render_to_string(f"{base}.subject.txt", context).split()),
        body=render_to_string(f"{base}.txt", context),
        to=[mail.recipient],
        # The same at every try: what is sent again, because a worker died before it could say "sent", is known for
        # the same mail by whoever gets it.
        headers={
            "Message-ID": f"<{mail.kind}.{mail.pk}.{mail.created_at:%Y%m%d%H%M%S}@{settings.SITE_HOST}>"
        },
    )
    message.attach_alternative(render_to_string(f"{base}.html", context), "text/html")
    return message


def _welcome(reference: str) -> dict[str, Any]:
    membership = Membership.objects.select_related("tier", "payment").get(pk=reference)
    return {"membership": membership, "account_url": settings.SITE_URL + reverse("account")}


def _gift(reference: str) -> dict[str, Any]:
    gift = Gift.objects.select_related("tier", "payment", "checkout").get(pk=reference)
    thanks_url = settings.SITE_URL + reverse("thanks", args=[gift.checkout.reference])
    return {"gift": gift, "gift_url": url_for(gift.reference), "thanks_url": thanks_url}


def _paid_twice(reference: str) -> dict[str, Any]:
    return {"payment": Payment.objects.get(pk=reference)}


_CONTEXTS = {
    MailKind.WELCOME: _welcome,
    MailKind.GIFT_READY: _gift,
    MailKind.GIFT_REDEEMED: _gift,
    MailKind.PAID_TWICE: _paid_twice,
}


def _send(mail: OutgoingMail) -> None:
    reached("mail.claimed")
    try:
        _message(mail).send()
    except Exception as error:
        _fail(mail, error)
    else:
        reached("mail.sent")
        mail.finish()


def _fail(mail: OutgoingMail, error: Exception) -> None:
    log.error("mail_failed", kind=mail.kind, pk=mail.pk, attempts=mail.attempts, exc_info=error)
    with transaction.atomic():
        if mail.fail(error):
            raise_alarm(kind=AlarmKind.MAIL_PARKED, subject=str(mail), message=in_words(error))
