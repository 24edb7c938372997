from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.utils import timezone

from members import mailing
from members.enums import MailKind, MailState
from members.gift_links import url_for
from members.mailing import due, owe_mail, send
from members.models import Membership, OutgoingMail
from members.tasks import send_mail, sweep_outbox
from payments.silence import silence
from tests.factories.members import PlanFactory, TierFactory
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
    monkeypatch.setattr(mailing, "ring", lambda task, pk: rung.append((task, pk)))
    with django_capture_on_commit_callbacks(execute=True):
        for _ in range(2):
            owe_mail(kind=MailKind.WELCOME, reference=1, recipient="ada@example.org")
        assert rung == []
    assert rung == [("members.tasks.send_mail", only_mail().pk)]


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
    assert (kept.state, kept.attempts, kept.error, kept.lease_until) == (MailState.SENT, 1, "", None)
    assert kept.sent_at is not None


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
    sweep_outbox()
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
        MailState.WAITING,
        "OSError: connection refused",
        None,
    )
    assert kept.next_try_at == timezone.now() + timedelta(seconds=60)
    assert due() == []
    mail_server_away.undo()
    time_machine_now.move_to(kept.next_try_at)
    sweep_outbox()
    assert (only_mail().state, only_mail().attempts, only_mail().error) == (MailState.SENT, 2, "")
    assert len(mail.outbox) == 1


def test_mail_that_fails_too_often_is_given_up(welcome, mail_server_away, time_machine_now):
    waits = []
    for _ in range(mailing.MAX_ATTEMPTS):
        assert send(welcome.pk) is True
        waits.append(int((only_mail().next_try_at - timezone.now()).total_seconds()))
        time_machine_now.move_to(only_mail().next_try_at)
    assert waits == [60, 120, 240, 480, 960, 1920, 3840, 7680, 15360, 21600]
    assert (only_mail().state, only_mail().attempts) == (MailState.FAILED, mailing.MAX_ATTEMPTS)
    assert send(welcome.pk) is False
    assert due() == []


def test_mail_about_what_is_gone_does_not_stop_the_others(welcome):
    OutgoingMail.objects.create(kind=MailKind.WELCOME, reference="99999", recipient="b@example.org")
    sweep_outbox()
    states = OutgoingMail.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == [MailState.SENT, MailState.WAITING]


def test_lease_keeps_a_second_worker_away_and_runs_out(welcome):
    OutgoingMail.objects.update(lease_until=timezone.now() + timedelta(seconds=5))
    assert (send(welcome.pk), due()) == (False, [])
    OutgoingMail.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert due() == [welcome.pk]
    send_mail(welcome.pk)
    assert only_mail().state == MailState.SENT


def test_late_failure_does_not_send_again_what_another_worker_sent(welcome, monkeypatch):
    def be_overtaken(*_):
        OutgoingMail.objects.update(state=MailState.SENT, sent_at=timezone.now(), lease_until=None)
        raise OSError("timed out")

    monkeypatch.setattr(EmailBackend, "send_messages", be_overtaken)
    send(welcome.pk)
    assert (only_mail().state, only_mail().error) == (MailState.SENT, "")


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
