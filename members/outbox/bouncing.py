"""Mail that comes back: whom we no longer write to, since when, and until what."""

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from anymail.signals import AnymailTrackingEvent, EventType, RejectReason, tracking
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from members.enums import BounceKind, Unsent
from members.models import MailBounce, OutgoingMail, User
from members.models.bounce import REFUSING
from members.models.user import normalise_email
from payments.alarms import clear_alarm, raise_alarm
from payments.doorbell import ring
from payments.enums import AlarmKind, QueueState

DRAIN = "members.tasks.drain_outbox"
STILL_NEWS = timedelta(days=30)
"""What was held back this long is still sent when the address works again."""
LATELY = timedelta(days=1)
TOO_MANY, TOO_OFTEN = 10, 20
"""Ten addresses in a day, and one of twenty mails: providers stop sending for whom that happens to."""

_FOR_GOOD = {RejectReason.INVALID, RejectReason.BOUNCED}
_TELL = {EventType.BOUNCED, EventType.REJECTED, EventType.DEFERRED, EventType.FAILED}
_NAMES_OF_TYPES = {"type", "event", "bouncetype", "severity", "bounce_type"}


def is_left_alone(address: str) -> bool:
    """Mail to it came back for good, or was called spam, and nobody has shown since that it is wanted."""
    return MailBounce.objects.standing().filter(address=normalise_email(address)).exists()


def record_event(*, event: AnymailTrackingEvent, esp_name: str, **_: Any) -> None:
    """Keeps what the provider tells, once, if it is about mail that did not arrive or was not wanted."""
    kind = _kind_of(event)
    if kind is None or not event.recipient:
        return
    address = normalise_email(event.recipient)
    MailBounce.objects.get_or_create(
        event_id=f"{esp_name}:{event.event_id or _made_id(event)}"[:255],
        defaults={
            "address": address,
            "kind": kind,
            "bounced_at": event.timestamp or timezone.now(),
            "detail": _in_words(event.description, event.mta_response),
            "mail": _mail_of(event, address),
        },
    )


tracking.connect(record_event)


def record_refusal(mail: OutgoingMail, error: Exception) -> None:
    """The provider would not even take the mail: it knows the address."""
    MailBounce.objects.get_or_create(
        event_id=f"refused:{mail.pk}:{mail.attempts}",
        defaults={
            "address": normalise_email(mail.recipient),
            "kind": BounceKind.HARD,
            "detail": _in_words(str(error)),
            "mail": mail,
        },
    )


def write_again(*, address: str, by: User) -> bool:
    """Mail to the address arrives: somebody said so, or read a code there. What was held back goes out.

    False: it was not left alone.
    """
    address = normalise_email(address)
    with transaction.atomic():
        standing = MailBounce.objects.standing().filter(address=address)
        if not standing.update(cleared_at=timezone.now(), cleared_by=by):
            return False
        held = OutgoingMail.objects.filter(
            recipient__iexact=address,
            unsent=Unsent.UNDELIVERABLE,
            created_at__gte=timezone.now() - STILL_NEWS,
        )
        if held.again(unsent=""):
            transaction.on_commit(lambda: ring(DRAIN))
    return True


def watch() -> None:
    """Raises an alarm while too much of our mail comes back, and clears it afterwards."""
    back = MailBounce.objects.filter(kind__in=REFUSING).addresses(since=LATELY)
    sent = OutgoingMail.objects.filter(
        state=QueueState.DONE, unsent="", processed_at__gte=timezone.now() - LATELY
    ).count()
    if back >= TOO_MANY and back * TOO_OFTEN > sent:
        message = _("In one day mail to %(back)d addresses came back or was called spam; %(sent)d were sent.")
        raise_alarm(
            kind=AlarmKind.MAIL_BOUNCING, subject="mail", message=message % {"back": back, "sent": sent}
        )
    else:
        clear_alarm(kind=AlarmKind.MAIL_BOUNCING, subject="mail")


def _kind_of(event: AnymailTrackingEvent) -> BounceKind | None:
    if event.event_type == EventType.COMPLAINED or event.reject_reason == RejectReason.SPAM:
        return BounceKind.COMPLAINT
    if event.event_type not in _TELL:
        return None
    is_for_good = event.event_type in (EventType.BOUNCED, EventType.REJECTED)
    if is_for_good and event.reject_reason in _FOR_GOOD and not _is_passing(event.esp_event):
        return BounceKind.HARD
    return BounceKind.SOFT


def _is_passing(esp_event: Any) -> bool:
    """A full mailbox, a server that is away: some providers call that bounced too, and say it in a word of theirs."""
    said = " ".join(_types_in(esp_event)).lower()
    return any(word in said for word in ("soft", "transient", "temporary", "undetermined"))


def _types_in(told: Any) -> Iterator[str]:
    if isinstance(told, dict):
        for name, value in told.items():
            if isinstance(value, str) and str(name).lower() in _NAMES_OF_TYPES:
                yield value
            yield from _types_in(value)


def _made_id(event: AnymailTrackingEvent) -> str:
    """For providers that number nothing: the same event told again is the same."""
    facts = (event.message_id, event.recipient, event.event_type, event.timestamp, event.mta_response)
    return hashlib.sha256(repr(facts).encode()).hexdigest()


def _mail_of(event: AnymailTrackingEvent, address: str) -> OutgoingMail | None:
    """The mail that it was, if it was one of the outbox and went to that address."""
    pk = str((event.metadata or {}).get("mail", ""))
    mail = OutgoingMail.objects.filter(pk=pk).first() if pk.isascii() and pk.isdecimal() else None
    return mail if mail and normalise_email(mail.recipient) == address else None


def _in_words(*said: str | None) -> str:
    words = "\n".join(each for each in said if each)
    return words.replace("\0", "\ufffd")[:2000]
