from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.utils import timezone

from payments import alarms
from payments.alarms import clear_alarm, clear_alarms_except, raise_alarm
from payments.enums import AlarmKind, QueueState
from payments.models import Alarm
from payments.tasks import tell_alarms
from tests.support.rollback import rolled_back
from tests.support.threads import all_at_once

pytestmark = pytest.mark.django_db

DIFFER, PARKED = AlarmKind.BOOKS_DIFFER, AlarmKind.EVENT_PARKED


def open_subjects():
    return sorted(Alarm.objects.open().values_list("kind", "subject"))


def test_alarm_is_open_once_per_kind_and_subject():
    first = raise_alarm(kind=DIFFER, subject="entry 1", message="does not balance")
    again = raise_alarm(kind=DIFFER, subject="entry 1", message="does not balance")
    raise_alarm(kind=DIFFER, subject="entry 2", message="does not balance")
    raise_alarm(kind=PARKED, subject="entry 1", message="GatewayError")
    assert again == first
    assert open_subjects() == [
        (DIFFER, "entry 1"),
        (DIFFER, "entry 2"),
        (PARKED, "entry 1"),
    ]


@pytest.mark.django_db(transaction=True)
def test_twenty_who_find_the_same_raise_one_alarm():
    found = all_at_once(lambda _: raise_alarm(kind=DIFFER, subject="entry 1", message="!").pk)
    assert found == [Alarm.objects.get().pk] * 20


def test_open_alarm_says_what_is_wrong_now():
    raise_alarm(kind=DIFFER, subject="balance", message="1 cent")
    raise_alarm(kind=DIFFER, subject="balance", message="2 cents")
    assert Alarm.objects.get().message == "2 cents"


def test_what_comes_back_after_it_was_cleared_is_another_alarm():
    raise_alarm(kind=DIFFER, subject="entry 1", message="!")
    assert clear_alarm(kind=DIFFER, subject="entry 1") is True
    assert clear_alarm(kind=DIFFER, subject="entry 1") is False
    assert open_subjects() == []
    raise_alarm(kind=DIFFER, subject="entry 1", message="!")
    assert (Alarm.objects.count(), open_subjects()) == (2, [(DIFFER, "entry 1")])


def test_what_a_check_found_no_more_is_cleared_and_other_kinds_stay():
    for subject in ("entry 1", "entry 2", "entry 3"):
        raise_alarm(kind=DIFFER, subject=subject, message="!")
    raise_alarm(kind=PARKED, subject="entry 1", message="!")
    assert clear_alarms_except(kind=DIFFER, subjects={"entry 2"}) == 2
    assert open_subjects() == [(DIFFER, "entry 2"), (PARKED, "entry 1")]


def test_very_long_subject_is_cut_and_found_again():
    raise_alarm(kind=DIFFER, subject="x" * 300, message="!")
    raise_alarm(kind=DIFFER, subject="x" * 300, message="!")
    assert open_subjects() == [(DIFFER, "x" * 255)]
    assert clear_alarm(kind=DIFFER, subject="x" * 300) is True


# --- telling ---------------------------------------------------------------------------------------


def test_all_that_is_new_is_told_in_one_mail_once(settings):
    settings.ALARM_EMAILS = ["finance@example.org", "it@example.org"]
    raise_alarm(kind=DIFFER, subject="entry 1", message="off by 1 EUR cent")
    raise_alarm(kind=PARKED, subject="evt_1", message="GatewayError: no such session")
    for _ in range(2):
        tell_alarms()
    (sent,) = mail.outbox
    assert (sent.to, sent.subject) == (
        ["finance@example.org", "it@example.org"],
        "The Lantern: 2 things need a look",
    )
    for words in (
        "The books do not agree",
        "entry 1",
        "off by 1 EUR cent",
        "An event from Stripe could not be processed",
        "evt_1",
        "GatewayError: no such session",
        settings.SITE_URL,
    ):
        assert words in sent.body
    assert set(Alarm.objects.values_list("state", "error")) == {(QueueState.DONE, "")}


def test_subject_of_a_mail_about_one_thing_is_singular():
    raise_alarm(kind=DIFFER, subject="entry 1", message="!")
    tell_alarms()
    assert mail.outbox[0].subject == "The Lantern: one thing needs a look"


def test_nothing_to_tell_sends_nothing():
    tell_alarms()
    assert mail.outbox == []


def test_what_went_away_before_it_was_told_is_not_told():
    raise_alarm(kind=DIFFER, subject="entry 1", message="!")
    clear_alarm(kind=DIFFER, subject="entry 1")
    tell_alarms()
    assert mail.outbox == []


def test_many_alarms_are_one_mail_of_bearable_length():
    for number in range(60):
        raise_alarm(kind=DIFFER, subject=f"entry {number}.", message="!")
    tell_alarms()
    (sent,) = mail.outbox
    assert sent.subject == "The Lantern: 60 things need a look"
    assert (sent.body.count("entry "), "And 10 more." in sent.body) == (50, True)


def test_open_alarm_is_told_again_each_day_until_it_is_cleared(time_machine_now):
    raise_alarm(kind=DIFFER, subject="entry 1", message="!")
    told = []
    for _ in range(4):
        tell_alarms()
        told.append(len(mail.outbox))
        time_machine_now.shift(timedelta(hours=12))
    clear_alarm(kind=DIFFER, subject="entry 1")
    time_machine_now.shift(timedelta(days=3))
    tell_alarms()
    assert (told, len(mail.outbox)) == ([1, 1, 2, 2], 2)


def test_mail_server_that_is_away_only_delays(monkeypatch, time_machine_now):
    def fail(*_):
        raise OSError("connection refused")

    raise_alarm(kind=DIFFER, subject="entry 1", message="!")
    with monkeypatch.context() as patch:
        patch.setattr(EmailBackend, "send_messages", fail)
        for _ in range(20):
            tell_alarms()
            time_machine_now.shift(timedelta(hours=2))
    alarm = Alarm.objects.get()
    assert (alarm.state, alarm.attempts, alarm.error) == (
        QueueState.PENDING,
        20,
        "OSError: connection refused",
    )
    tell_alarms()
    assert len(mail.outbox) == 1


@pytest.mark.django_db(transaction=True)
def test_twenty_workers_tell_once():
    for number in range(5):
        raise_alarm(kind=DIFFER, subject=f"entry {number}", message="!")
    assert sum(all_at_once(lambda _: alarms.tell())) == 5
    assert sum(int(sent.subject.split(":")[1].split()[0].replace("one", "1")) for sent in mail.outbox) == 5


def test_alarm_rings_after_its_transaction_and_once(monkeypatch, django_capture_on_commit_callbacks):
    rung = []
    monkeypatch.setattr(alarms, "ring", lambda task, delay: rung.append((task, delay)))
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(2):
            raise_alarm(kind=DIFFER, subject="entry 1", message="!")
        assert rung == []
    assert rung == [("payments.tasks.tell_alarms", alarms.GATHER)]


def test_alarm_of_a_transaction_that_failed_is_not_raised():
    with rolled_back():
        raise_alarm(kind=DIFFER, subject="entry 1", message="!")
    assert Alarm.objects.count() == 0


def test_lease_of_a_killed_worker_runs_out(time_machine_now):
    raise_alarm(kind=DIFFER, subject="entry 1", message="!")
    Alarm.objects.update(lease_until=timezone.now() + Alarm.LEASE)
    tell_alarms()
    assert mail.outbox == []
    time_machine_now.shift(Alarm.LEASE + timedelta(seconds=1))
    tell_alarms()
    assert len(mail.outbox) == 1
