"""The outbox: a mail is owed by a row, in the transaction that caused it, and sent once after that."""

from datetime import timedelta
from typing import Any

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import F
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from members.enums import MailKind, MailState
from members.gift_links import url_for
from members.models import Gift, Membership, OutgoingMail
from payments.checkpoints import reached
from payments.doorbell import ring
from payments.models import Payment
from payments.silence import is_silent

log = structlog.get_logger(__name__)

LEASE = timedelta(minutes=5)
MAX_ATTEMPTS = 10


def owe_mail(*, kind: MailKind, reference: int, recipient: str) -> None:
    """Owes the mail, if it is not owed or sent already, and if what it tells is news."""
    if is_silent():
        return
    mail, is_new = OutgoingMail.objects.get_or_create(
        kind=kind, reference=str(reference), defaults={"recipient": recipient}
    )
    if is_new:
        transaction.on_commit(lambda: ring("members.tasks.send_mail", mail.pk))


def send(pk: int) -> bool:
    """Sends one owed mail. False: not due, or another worker has it."""
    now = timezone.now()
    due = OutgoingMail.objects.due(now).filter(pk=pk)
    if not due.update(lease_until=now + LEASE, attempts=F("attempts") + 1):
        return False
    reached("mail.claimed")
    mail = OutgoingMail.objects.get(pk=pk)
    try:
        _message(mail).send()
    except Exception as error:
        _note_failure(mail, error)
    else:
        reached("mail.sent")
        OutgoingMail.objects.filter(pk=pk).update(
            state=MailState.SENT, sent_at=timezone.now(), lease_until=None, error=""
        )
    return True


def due(limit: int = 500) -> list[int]:
    """Ids of the mails that wait, oldest first."""
    waiting = OutgoingMail.objects.due(timezone.now()).order_by("next_try_at")
    return list(waiting.values_list("pk", flat=True)[:limit])


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


def _note_failure(mail: OutgoingMail, error: Exception) -> None:
    is_last = mail.attempts >= MAX_ATTEMPTS
    log.error("mail_failed", kind=mail.kind, pk=mail.pk, attempts=mail.attempts, exc_info=error)
    # Only if it is still ours: a worker whose lease ran out must not wake what another has sent.
    OutgoingMail.objects.filter(pk=mail.pk, attempts=mail.attempts, state=MailState.WAITING).update(
        state=MailState.FAILED if is_last else MailState.WAITING,
        next_try_at=timezone.now() + timedelta(seconds=min(30 * 2**mail.attempts, 6 * 3600)),
        lease_until=None,
        error=f"{type(error).__name__}: {error}"[:2000],
    )
