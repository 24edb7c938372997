"""Tells people what they must look at: once when it is found, and again each day until it is gone."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Count
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from payments.composing import compose
from payments.doorbell import ring
from payments.enums import AlarmKind, QueueState
from payments.models import Alarm
from payments.models.alarm import AlarmQuerySet

log = structlog.get_logger(__name__)

TEMPLATE = "emails/payments/alarms"
GATHER = 5
"""Seconds: what goes wrong together is told in one mail."""
AGAIN_AFTER = timedelta(days=1)
TOLD_IN_FULL = 50


def raise_alarm(*, kind: AlarmKind, subject: str, message: str) -> Alarm:
    """The open alarm about the subject, made now if there is none. Its mail goes out after the transaction."""
    alarm, is_new = Alarm.objects.get_or_create(
        kind=kind, subject=subject[:255], cleared_at=None, defaults={"message": message}
    )
    if is_new:
        log.error("alarm", kind=kind, subject=subject)
        transaction.on_commit(lambda: ring("payments.tasks.tell_alarms", delay=GATHER))
    elif alarm.message != message:
        alarm.message = message
        alarm.save(update_fields=["message"])
    return alarm


def clear_alarm(*, kind: AlarmKind, subject: str) -> bool:
    """The subject is well again. False: it was not ill."""
    return bool(_open(kind).filter(subject=subject[:255]).update(cleared_at=timezone.now()))


def clear_alarms_except(*, kind: AlarmKind, subjects: Collection[str]) -> int:
    """Clears the alarms of the kind about everything that is not among the subjects; how many."""
    well = [subject for subject in _open(kind).values_list("subject", flat=True) if subject not in subjects]
    return _open(kind).filter(subject__in=well).update(cleared_at=timezone.now())


def settle_alarm(pk: int) -> bool:
    """A person has seen to it. What is still wrong is found, and told, again."""
    return bool(Alarm.objects.open().filter(pk=pk).update(cleared_at=timezone.now()))


def count_open() -> dict[str, int]:
    """How many alarms are open, of each kind."""
    counted = Alarm.objects.open().values_list("kind").annotate(Count("pk"))
    return dict.fromkeys(AlarmKind.values, 0) | dict(counted)


def tell(limit: int = 500) -> int:
    """Sends one mail about all that has not been told; how many alarms were in it."""
    _remind()
    alarms = [alarm for alarm in Alarm.objects.claim(limit) if alarm.begin()]
    if not alarms:
        return 0
    try:
        _send(alarms)
    except Exception as error:
        log.error("alarms_not_told", count=len(alarms), exc_info=error)
        for alarm in alarms:
            alarm.fail(error)
        return 0
    for alarm in alarms:
        alarm.finish()
    return len(alarms)


def _open(kind: AlarmKind) -> AlarmQuerySet:
    return Alarm.objects.open().filter(kind=kind)


def _remind() -> None:
    told_long_ago = Alarm.objects.open().filter(
        state=QueueState.DONE, processed_at__lte=timezone.now() - AGAIN_AFTER
    )
    told_long_ago.update(state=QueueState.PENDING, attempts=0, next_try_at=timezone.now())


def _send(alarms: list[Alarm]) -> None:
    compose(TEMPLATE, context_of(alarms), to=settings.ALARM_EMAILS).send()


def context_of(alarms: Sequence[Alarm]) -> dict[str, Any]:
    """What the mail about the alarms tells."""
    return {
        "alarms": alarms[:TOLD_IN_FULL],
        "more": len(alarms[TOLD_IN_FULL:]),
        "count": len(alarms),
        "url": settings.SITE_URL + reverse("books"),
        "why": _("You get this mail because you look after the books."),
    }
