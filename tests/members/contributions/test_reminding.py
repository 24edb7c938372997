from datetime import date, timedelta

import pytest
from django.utils import timezone

from members.contributions.reminding import CannotRemind, choose_reminder, remind, stop_reminders
from members.enums import MailKind, ReminderChoice
from members.models import Contribution, ContributionReminder, OutgoingMail
from payments.recording import record
from tests.support.stories import donate, join
from tests.support.stripe_side import StripeSide

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("books")]


@pytest.fixture
def given(time_machine_now):
    time_machine_now.move_to("2027-01-31T12:00Z")
    return donate("ada@example.org")


def days():
    return list(ContributionReminder.objects.waiting().order_by("due_on").values_list("due_on", flat=True))


def reminded():
    return OutgoingMail.objects.filter(kind=MailKind.DONATION_REMINDER).count()


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        (ReminderChoice.NONE, []),
        (ReminderChoice.IN_3_MONTHS, [date(2027, 4, 30)]),
        (ReminderChoice.IN_6_MONTHS, [date(2027, 7, 31)]),
        (ReminderChoice.IN_9_MONTHS, [date(2027, 10, 31)]),
        (ReminderChoice.MONTHLY, [date(2027, 2, 28), date(2027, 3, 31)]),
    ],
)
def test_choice_is_its_days_and_the_last_choice_counts(given, choice, expected):
    choose_reminder(contribution=given, choice=ReminderChoice.MONTHLY)
    choose_reminder(contribution=given, choice=choice)
    assert days() == expected
    assert Contribution.objects.get().reminder == choice


def test_reminder_comes_on_its_day_and_once(given, time_machine_now):
    choose_reminder(contribution=given, choice=ReminderChoice.IN_3_MONTHS)
    time_machine_now.move_to("2027-04-29T12:00Z")
    assert remind() == 0
    time_machine_now.move_to("2027-04-30T06:00Z")
    assert (remind(), remind(), reminded()) == (1, 0, 1)


def test_nobody_is_ever_reminded_more_than_twice(given, time_machine_now):
    for _month in range(1, 12):
        choose_reminder(contribution=given, choice=ReminderChoice.MONTHLY)
        time_machine_now.shift(timedelta(days=31))
        remind()
    assert (reminded(), days()) == (2, [])


def give_again():
    donate("ada@example.org")


def become_a_member():
    join("ada@example.org")


def take_it_back():
    side = StripeSide(Contribution.objects.select_related("checkout").get().checkout)
    side.number = int(Contribution.objects.get().checkout.payments.get().charge_id.split("_")[1])
    record(side.affairs(refunds=[side.refund(3000)]))


def say_stop():
    assert stop_reminders(contribution=Contribution.objects.get()) == 2


@pytest.mark.parametrize("happening", [give_again, become_a_member, take_it_back, say_stop])
def test_reminders_end_when_nobody_needs_them(given, time_machine_now, happening):
    choose_reminder(contribution=given, choice=ReminderChoice.MONTHLY)
    time_machine_now.shift(timedelta(hours=1))
    happening()
    time_machine_now.shift(timedelta(days=90))
    assert (remind(), reminded(), days()) == (0, 0, [])


def test_renewal_of_an_earlier_membership_is_not_giving_again(time_machine_now):
    join("ada@example.org", paid_at=timezone.now() - timedelta(days=20))
    time_machine_now.shift(timedelta(hours=1))
    given = donate("ada@example.org")
    choose_reminder(contribution=given, choice=ReminderChoice.IN_3_MONTHS)
    time_machine_now.shift(timedelta(days=100))
    assert remind() == 1


def test_only_what_was_given_once_has_reminders():
    monthly = donate("ada@example.org", interval="month")
    with pytest.raises(CannotRemind):
        choose_reminder(contribution=monthly, choice=ReminderChoice.MONTHLY)
