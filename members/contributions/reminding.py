"""Whoever gave once may ask to be reminded: at most twice, and never after they gave again."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from members.enums import MailKind, ReminderChoice
from members.models import Contribution, ContributionReminder
from members.outbox.mailing import owe_once
from members.periods import add_months, day_of
from payments.enums import CheckoutStatus, Purpose
from payments.models import Checkout

_MONTHS = {
    ReminderChoice.NONE: (),
    ReminderChoice.IN_3_MONTHS: (3,),
    ReminderChoice.IN_6_MONTHS: (6,),
    ReminderChoice.IN_9_MONTHS: (9,),
    ReminderChoice.MONTHLY: (1, 2),
}


class CannotRemind(ValueError):
    """Only a donation that was given once, and paid, has reminders."""


@transaction.atomic
def choose_reminder(
    *, contribution: Contribution, choice: ReminderChoice, today: date | None = None
) -> list[ContributionReminder]:
    """The days on which the donor hears from us, counted from today; an earlier choice is forgotten.

    What was sent already counts: with it there are never more than two.
    """
    if not contribution.may_have_reminders:
        raise CannotRemind(str(contribution))
    today = today or timezone.localdate()
    Contribution.objects.select_for_update().get(pk=contribution.pk)
    Contribution.objects.filter(pk=contribution.pk).update(reminder=choice)
    contribution.reminder = choice
    reminders = ContributionReminder.objects.filter(contribution=contribution)
    reminders.filter(owed_at__isnull=True).delete()
    days = [add_months(today, months) for months in _MONTHS[choice]]
    left = max(len(_MONTHS[ReminderChoice.MONTHLY]) - reminders.count(), 0)
    wanted = [ContributionReminder(contribution=contribution, due_on=day) for day in days[:left]]
    ContributionReminder.objects.bulk_create(wanted, ignore_conflicts=True)
    return list(reminders.waiting().order_by("due_on"))


def stop_reminders(*, contribution: Contribution, now: datetime | None = None) -> int:
    """No more of them; how many were still to come."""
    waiting = ContributionReminder.objects.waiting().filter(contribution=contribution)
    return waiting.update(stopped_at=now or timezone.now())


def remind(now: datetime | None = None) -> int:
    """Owes the reminders that are due, and stops those that nobody needs any more; how many are owed."""
    now = now or timezone.now()
    due = ContributionReminder.objects.waiting().filter(due_on__lte=day_of(now))
    due.filter(Exists(_given_again()) | ~Exists(_held())).update(stopped_at=now)
    return sum(
        owe_once(
            due.filter(pk=reminder.pk),
            kind=MailKind.DONATION_REMINDER,
            reference=reminder.pk,
            recipient=reminder.contribution.email,
            owed_at=now,
        )
        for reminder in due.select_related("contribution")
    )


def _given_again() -> QuerySet[Checkout]:
    """A later donation or membership of the same person."""
    return Checkout.objects.filter(
        user=OuterRef("contribution__user"),
        status=CheckoutStatus.PAID,
        purpose__in=[Purpose.CONTRIBUTION, Purpose.MEMBERSHIP],
        created_at__gt=OuterRef("contribution__created_at"),
    )


def _held() -> QuerySet[Contribution]:
    return Contribution.objects.held().filter(pk=OuterRef("contribution"))
