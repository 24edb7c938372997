"""Whoever left may ask to be written to, once, and asked whether they would come back."""

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.utils import timezone

from members.enums import MailKind
from members.models import ReturnReminder
from members.outbox.mailing import owe_once
from members.periods import add_months, day_of
from payments.models import Subscription

if TYPE_CHECKING:
    from members.models import User

MONTHS = (3, 6)


def remind_to_return(
    *, subscription: Subscription, user: "User", months: int, today: date | None = None
) -> ReturnReminder:
    """In so many months; another choice before the mail went out takes the place of the first."""
    due_on = add_months(today or timezone.localdate(), months)
    reminder, _ = ReturnReminder.objects.get_or_create(
        subscription=subscription, defaults={"user": user, "due_on": due_on}
    )
    ReturnReminder.objects.filter(pk=reminder.pk, owed_at__isnull=True).update(due_on=due_on)
    reminder.refresh_from_db()
    return reminder


def ask_to_return(now: datetime | None = None) -> int:
    """Owes the mails whose day has come; how many. Who is with us again by then is not written to."""
    now = now or timezone.now()
    return sum(
        owe_once(
            ReturnReminder.objects.filter(pk=reminder.pk, owed_at__isnull=True),
            kind=MailKind.COME_BACK,
            reference=reminder.pk,
            recipient=reminder.user.email,
            owed_at=now,
        )
        for reminder in ReturnReminder.objects.due(day_of(now)).select_related("user")
    )
