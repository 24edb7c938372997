"""A finding is told by one mail within the beat's rhythm, once; and not again when it is gone."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.core import mail
from django.core.management import CommandError, call_command
from django.utils import timezone
from django.utils.module_loading import import_string

from payments.checking import stripe_balance
from payments.checking.running import check_books
from payments.enums import AlarmKind
from payments.models import Alarm, BookCheck
from tests.support.at_stripe import walked
from tests.support.corrupting import payment_of, sql
from tests.support.stories import join

pytestmark = pytest.mark.django_db

RHYTHM = timedelta(seconds=600 + 30)
"""The check's, and then the teller's."""


class Beat:
    """The real schedule and the real tasks, the broker left out."""

    def __init__(self, clock):
        self._clock = clock
        entries = settings.CELERY_BEAT_SCHEDULE.values()
        self._due = {
            (entry["task"], entry["schedule"]): timezone.now()
            for entry in entries
            if isinstance(entry["schedule"], float)
        }

    def run(self, length):
        """Lets so much time go by, doing what falls due."""
        end = timezone.now() + length
        while timezone.now() <= end:
            for (task, seconds), due in self._due.items():
                if due <= timezone.now():
                    self._due[task, seconds] = timezone.now() + timedelta(seconds=seconds)
                    import_string(task)()
            self._clock.shift(10)


@pytest.fixture
def joined(at_stripe):
    """Somebody joined at Stripe, whose clock goes on, before ours stands still."""
    at_stripe.join()
    walked(at_stripe)


@pytest.fixture
def beat(joined, time_machine_now):
    """Beat has run for a while, over books with nothing wrong."""
    beat = Beat(time_machine_now)
    beat.run(RHYTHM)
    assert [sent.to for sent in mail.outbox] == [["ada@example.org"]]
    mail.outbox.clear()
    return beat


def damage(standing="returned"):
    payment = payment_of("ada")
    sql("UPDATE payments_payment SET standing = %s WHERE id = %s", standing, payment.pk)
    return payment.charge_id


def open_alarms():
    alarms = Alarm.objects.open().filter(kind=AlarmKind.BOOKS_DIFFER)
    return sorted(alarms.values_list("subject", flat=True))


def test_finding_is_told_by_one_mail_within_the_rhythm_and_again_after_a_day(beat):
    charge = damage()
    beat.run(RHYTHM)
    (sent,) = mail.outbox
    assert (sent.to, sent.subject) == (settings.ALARM_EMAILS, "The Lantern: one thing needs a look")
    for words in ("The books do not agree", f"standing_wrong: {charge}", "should stand held"):
        assert words in sent.body
    beat.run(timedelta(hours=2))
    assert len(mail.outbox) == 1


def test_finding_that_is_mended_is_cleared_and_told_no_more(beat, time_machine_now):
    damage()
    beat.run(RHYTHM)
    assert (len(mail.outbox), BookCheck.last().findings) == (1, 1)
    damage(standing="held")
    beat.run(RHYTHM)
    assert (open_alarms(), BookCheck.last().findings) == ([], 0)
    time_machine_now.shift(timedelta(days=2))
    beat.run(RHYTHM)
    assert len(mail.outbox) == 1


# --- when Stripe is out of reach --------------------------------------------------------------------


@pytest.fixture
def no_stripe(settings):
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"


@pytest.mark.usefixtures("no_stripe")
def test_what_can_be_found_without_stripe_is_found_and_told_without_it():
    join("ada@example.org")
    charge = damage()
    with pytest.raises(CommandError, match="Stripe could not be asked") as raised:
        call_command("check_books")
    assert raised.value.returncode == 2
    assert open_alarms() == [f"standing_wrong: {charge}"]
    assert (BookCheck.last().findings, BookCheck.last().is_offline) == (1, True)


@pytest.mark.usefixtures("joined")
def test_checks_that_were_not_run_clear_nothing(monkeypatch):
    told = stripe_balance.listing.balance()
    with monkeypatch.context() as patch:
        patch.setattr(stripe_balance.listing, "balance", lambda: told | {"USD": 5})
        check_books()
    assert open_alarms() == ["balance_differs: USD"]
    check_books(is_offline=True)
    assert open_alarms() == ["balance_differs: USD"]
    check_books()
    assert open_alarms() == []
