from dataclasses import replace
from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps
from django.contrib.auth.models import Permission
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.utils import timezone

from members.enums import MailKind, Unsent
from members.gifts.gift_links import url_for
from members.models import Membership, OutgoingMail
from members.outbox import mailing
from members.outbox.mailing import owe_mail, send
from members.tasks import drain_outbox
from payments.alarms import raise_alarm
from payments.enums import AlarmKind, QueueState
from payments.models import Alarm
from payments.silence import silence
from tests.factories.members import PlanFactory, TierFactory, UserFactory
from tests.support.rollback import rolled_back
from tests.support.stories import give, join, redeem
from tests.support.threads import all_at_once

pytestmark = pytest.mark.django_db


def only_mail():
    return OutgoingMail.objects.get()


@pytest.fixture
def welcome():
    join("ada@example.org", plan=PlanFactory(tier=TierFactory(name="Friends & Co.")))
    return only_mail()


def wait(seconds, mail):
    """Each row's own stretch of a wait."""
    return timedelta(seconds=seconds) * (1 + mail.pk % 25 / 100)


def fail(*_):
    raise OSError("connection refused")


@pytest.fixture
def mail_server_away(monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(EmailBackend, "send_messages", fail)
        yield patch


def test_mail_is_owed_once_per_kind_and_reference():
    for _ in range(2):
        owe_mail(kind=MailKind.WELCOME, reference=1, recipient="ada@example.org")
    owe_mail(kind=MailKind.WELCOME, reference=2, recipient="ada@example.org")
    owe_mail(kind=MailKind.GIFT_READY, reference=1, recipient="ada@example.org")
    owed = OutgoingMail.objects.values_list("kind", "reference").order_by("pk")
    assert list(owed) == [("welcome", "1"), ("welcome", "2"), ("gift_ready", "1")]


def test_mail_rings_the_bell_after_the_transaction_and_once(monkeypatch, django_capture_on_commit_callbacks):
    rung = []
    monkeypatch.setattr(mailing, "ring", lambda *what: rung.append(what))
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(2):
            owe_mail(kind=MailKind.WELCOME, reference=1, recipient="ada@example.org")
        assert rung == []
    assert rung == [("members.tasks.drain_outbox",)]


def test_mail_of_a_transaction_that_failed_is_not_owed():
    with rolled_back():
        owe_mail(kind=MailKind.WELCOME, reference=1, recipient="ada@example.org")
    assert OutgoingMail.objects.count() == 0


def test_mail_about_old_facts_is_not_owed_and_news_are_again():
    with silence():
        join("ada@example.org")
        assert OutgoingMail.objects.count() == 0
    join("bob@example.org")
    assert only_mail().recipient == "bob@example.org"


def test_sent_mail_goes_out_once(welcome):
    assert send(welcome.pk) is True
    assert send(welcome.pk) is False
    assert len(mail.outbox) == 1
    kept = only_mail()
    assert (kept.state, kept.attempts, kept.error, kept.lease_until) == (QueueState.DONE, 1, "", None)
    assert kept.processed_at is not None


def test_welcome_says_what_began_and_how_to_sign_in(welcome, settings):
    settings.SITE_URL = "https://news.example"
    send(welcome.pk)
    (sent,) = mail.outbox
    assert (sent.to, sent.subject) == (["ada@example.org"], "Welcome to The Lantern")
    assert sent.from_email == "The Lantern <members@example.org>"
    assert "Friends & Co." in sent.body
    assert "https://news.example/account/" in sent.body
    ((html, kind),) = sent.alternatives
    assert kind == "text/html"
    assert "Friends &amp; Co." in html


def test_gift_mail_carries_the_link_that_no_row_holds(settings):
    gift = give("ada@example.org")
    send(only_mail().pk)
    (sent,) = mail.outbox
    assert url_for(gift.reference) in sent.body
    assert url_for(gift.reference) in sent.alternatives[0][0]
    assert f"{settings.SITE_URL}/thanks/{gift.checkout.reference}/" in sent.body


def test_giver_is_told_of_the_redemption_without_the_link_or_the_redeemer():
    gift = give("ada@example.org")
    redeem(gift, "bob@example.org")
    drain_outbox()
    told = mail.outbox[1]
    assert (told.to, told.subject) == (["ada@example.org"], "Your gift has been opened")
    assert "bob@example.org" not in told.body + told.alternatives[0][0]
    assert url_for(gift.reference) not in told.body + told.alternatives[0][0]


def test_mail_is_rendered_when_it_is_sent(welcome):
    Membership.objects.get().tier.__class__.objects.update(name="Keeper")
    send(welcome.pk)
    assert "Keeper" in mail.outbox[0].body


def test_failed_mail_keeps_its_reason_and_is_tried_again(welcome, mail_server_away, time_machine_now):
    assert send(welcome.pk) is True
    kept = only_mail()
    assert (kept.state, kept.error, kept.lease_until) == (
        QueueState.PENDING,
        "OSError: connection refused",
        None,
    )
    assert kept.next_try_at == timezone.now() + wait(2, kept)
    assert mailing.drain() == 0
    mail_server_away.undo()
    time_machine_now.move_to(kept.next_try_at)
    drain_outbox()
    assert (only_mail().state, only_mail().attempts, only_mail().error) == (QueueState.DONE, 2, "")
    assert len(mail.outbox) == 1


def test_mail_that_fails_too_often_is_given_up(welcome, mail_server_away, time_machine_now):
    waits = []
    for _ in range(OutgoingMail.MAX_ATTEMPTS):
        assert send(welcome.pk) is True
        waits.append((only_mail().next_try_at - timezone.now()) / wait(1, only_mail()))
        time_machine_now.move_to(only_mail().next_try_at)
    assert waits == [2, 8, 32, 128, 512, 2048, *[3600] * 18]
    assert sum(waits) > 16 * 3600
    assert (only_mail().state, only_mail().attempts) == (QueueState.PARKED, OutgoingMail.MAX_ATTEMPTS)
    assert send(welcome.pk) is False
    assert mailing.drain() == 0


def test_mail_about_what_is_gone_does_not_stop_the_others(welcome):
    OutgoingMail.objects.create(kind=MailKind.WELCOME, reference="99999", recipient="b@example.org")
    drain_outbox()
    states = OutgoingMail.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == [QueueState.DONE, QueueState.PENDING]


def test_lease_keeps_a_second_worker_away_and_runs_out(welcome):
    OutgoingMail.objects.update(lease_until=timezone.now() + timedelta(seconds=5))
    assert (send(welcome.pk), mailing.drain()) == (False, 0)
    OutgoingMail.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    drain_outbox()
    assert only_mail().state == QueueState.DONE


def test_mail_sent_again_after_a_crash_is_the_same_mail(welcome, monkeypatch):
    with monkeypatch.context() as crash:
        crash.setattr(OutgoingMail, "finish", lambda *_: None)
        send(welcome.pk)
    OutgoingMail.objects.update(lease_until=None)
    send(welcome.pk)
    give("gabriel@example.org")
    send(OutgoingMail.objects.latest("pk").pk)

    first, again, other = (each.message()["Message-ID"] for each in mail.outbox)
    assert first == again != other
    assert first.endswith("@localhost>")


def test_late_failure_does_not_send_again_what_another_worker_sent(welcome, monkeypatch):
    def be_overtaken(*_):
        OutgoingMail.objects.update(state=QueueState.DONE, processed_at=timezone.now(), lease_until=None)
        raise OSError("timed out")

    monkeypatch.setattr(EmailBackend, "send_messages", be_overtaken)
    send(welcome.pk)
    assert (only_mail().state, only_mail().error) == (QueueState.DONE, "")


@pytest.mark.django_db(transaction=True)
def test_twenty_workers_send_one_mail():
    join("ada@example.org")
    pk = only_mail().pk
    assert sorted(all_at_once(lambda _: send(pk))) == [False] * 19 + [True]
    assert len(mail.outbox) == 1


def test_subject_is_one_line_whatever_the_newsroom_is_called(welcome, settings):
    settings.NEWSROOM_NAME = "The\nLantern\r\nBcc: all@example.org"
    settings.DEFAULT_FROM_EMAIL = "members@example.org"
    send(welcome.pk)
    assert mail.outbox[0].subject == "Welcome to The Lantern Bcc: all@example.org"


def test_mails_that_were_owed_before_all_queues_shared_their_words_keep_their_states():
    migration = import_module("members.migrations.0004_one_queue")
    words = ["waiting", "sent", "failed"]
    for number, word in enumerate(words):
        OutgoingMail.objects.create(kind=MailKind.WELCOME, reference=str(number), recipient="a@example.org")
        OutgoingMail.objects.filter(reference=str(number)).update(state=word)
    states = OutgoingMail.objects.order_by("reference").values_list("state", flat=True)
    OutgoingMail.objects.update(processed_at=timezone.now())
    migration.use_the_words_of_every_queue(apps, None)
    assert list(states.all()) == [QueueState.PENDING, QueueState.DONE, QueueState.PARKED]
    migration.use_the_words_of_mail(apps, None)
    assert list(states.all()) == words


def test_mail_that_was_given_up_is_sent_again_and_others_are_not(welcome, client):
    """In the admin, by who may change mails."""
    sent = OutgoingMail.objects.create(
        kind=MailKind.WELCOME, reference="0", recipient="b@example.org", state=QueueState.DONE,
        processed_at=timezone.now(),
    )  # fmt: skip
    OutgoingMail.objects.filter(pk=welcome.pk).update(state=QueueState.PARKED, attempts=24)
    raise_alarm(kind=AlarmKind.MAIL_PARKED, subject=str(welcome), message="!")
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    chosen = {"action": "send_again", "_selected_action": [welcome.pk, sent.pk]}
    client.post("/admin/members/outgoingmail/", chosen)
    drain_outbox()
    assert [each.to for each in mail.outbox] == [["ada@example.org"]]
    assert set(OutgoingMail.objects.values_list("state", "attempts")) == {
        (QueueState.DONE, 1),
        (QueueState.DONE, 0),
    }
    assert Alarm.objects.open().count() == 0


def test_who_may_only_look_at_mails_sends_none_again(welcome, client):
    OutgoingMail.objects.update(state=QueueState.PARKED)
    looker = UserFactory(is_staff=True)
    looker.user_permissions.add(Permission.objects.get(codename="view_outgoingmail"))
    client.force_login(looker)
    client.post("/admin/members/outgoingmail/", {"action": "send_again", "_selected_action": [welcome.pk]})
    assert only_mail().state == QueueState.PARKED


def test_mail_that_is_given_up_raises_an_alarm(welcome, mail_server_away):
    OutgoingMail.objects.update(attempts=OutgoingMail.MAX_ATTEMPTS - 1)
    send(welcome.pk)
    alarm = Alarm.objects.get()
    assert (alarm.kind, alarm.subject, alarm.message) == (
        AlarmKind.MAIL_PARKED,
        f"welcome {welcome.reference}",
        "OSError: connection refused",
    )


def test_mail_that_is_no_longer_true_ends_unsent(welcome, monkeypatch):
    mail_of_kind = mailing.mail_of(MailKind.WELCOME)
    no_longer = replace(mail_of_kind, contents=lambda reference: None)
    monkeypatch.setattr("members.outbox.mailing.mail_of", lambda kind: no_longer)
    assert send(welcome.pk) is True
    assert send(welcome.pk) is False
    assert (only_mail().state, only_mail().unsent) == (QueueState.DONE, Unsent.OBSOLETE)
    assert mail.outbox == []


def test_reference_may_be_text():
    owe_mail(kind=MailKind.WELCOME, reference="17:3", recipient="ada@example.org")
    assert only_mail().reference == "17:3"
