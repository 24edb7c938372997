import pytest
from django.contrib.auth.models import Permission
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection
from django.test.utils import CaptureQueriesContext

from members.enums import BounceKind
from members.models import MailBounce
from members.outbox.previewing import previews
from members.views.letters import LETTER_POLICY, in_scheme
from tests.factories.members import UserFactory
from tests.support.csp import directives

pytestmark = pytest.mark.django_db

PATHS = ["/staff/mail/", "/staff/mail/welcome/", "/staff/mail/welcome/html/"]


@pytest.fixture
def looker(client):
    user = UserFactory(is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_outgoingmail"))
    client.force_login(user)
    return user


@pytest.mark.parametrize("path", PATHS)
def test_mails_are_for_staff_who_may_see_them(client, path):
    assert client.get(path)["Location"].startswith("/accounts/login/")
    client.force_login(UserFactory(is_staff=True))
    assert client.get(path).status_code == 403
    client.force_login(UserFactory())
    assert client.get(path).status_code == 403


def test_every_mail_is_listed_and_shown(client, looker):
    page = client.get("/staff/mail/").content.decode()
    for preview in previews():
        path = f"/staff/mail/{preview.slug}/"
        assert f'href="{path}"' in page
        assert str(preview.name) in client.get(path).content.decode()
        assert "You get this mail because" in client.get(f"{path}html/").content.decode()
    assert client.get("/staff/mail/nothing/").status_code == 404


def test_mail_is_framed_by_us_alone_and_runs_nothing(client, looker):
    framed = client.get("/staff/mail/welcome/html/")
    assert directives(framed) == LETTER_POLICY
    assert framed["X-Frame-Options"] == "SAMEORIGIN"


def test_mail_is_shown_as_others_see_it(client, looker):
    page = client.get("/staff/mail/welcome/?scheme=dark&width=phone&names=long").content.decode()
    assert "/staff/mail/welcome/html/?scheme=dark&amp;width=phone&amp;names=long" in page
    assert "letter--phone" in page
    dark = client.get("/staff/mail/welcome/html/?scheme=dark&names=long").content.decode()
    assert "@media all {" in dark
    assert "Founding Benefactor &amp; Friend" in dark
    assert "@media not all {" in client.get("/staff/mail/welcome/html/?scheme=light").content.decode()
    assert in_scheme("(prefers-color-scheme: dark)", "pink") == "(prefers-color-scheme: dark)"


def test_sample_is_sent_to_whoever_asks_and_nobody_else(client, looker):
    answer = client.post("/staff/mail/gift_ready/test/?names=long", follow=True)
    (sent,) = mail.outbox
    assert (sent.to, sent.cc, sent.bcc) == ([looker.email], [], [])
    assert sent.subject == "[Test] Your gift of The Lantern is ready to send"
    assert f"Sent to {looker.email}." in answer.content.decode()


def test_mail_server_that_is_away_is_said(client, looker, monkeypatch):
    def refuse(*_):
        raise OSError("connection refused")

    monkeypatch.setattr(EmailBackend, "send_messages", refuse)
    answer = client.post("/staff/mail/welcome/test/", follow=True)
    assert "The mail server did not take it: connection refused" in answer.content.decode()


@pytest.fixture
def bounce():
    return MailBounce.objects.create(
        address="ada@example.org", kind=BounceKind.HARD, event_id="1", detail="550 no such user"
    )


def may(user, *codenames):
    user.user_permissions.add(*Permission.objects.filter(codename__in=codenames))


def test_staff_see_whom_mail_does_not_reach_and_write_again(client, looker, bounce):
    assert "ada@example.org" not in client.get("/staff/mail/").content.decode()
    may(looker, "view_mailbounce")
    page = client.get("/staff/mail/").content.decode()
    assert "550 no such user" in page
    assert "Write again" not in page
    assert client.post("/staff/mail/write-again/", {"address": "ada@example.org"}).status_code == 403
    may(looker, "change_mailbounce")
    assert "Write to ada@example.org again" in client.get("/staff/mail/").content.decode()
    answer = client.post("/staff/mail/write-again/", {"address": "ada@example.org"}, follow=True)
    assert "ada@example.org is written to again" in answer.content.decode()
    assert "Mail reaches everybody" in answer.content.decode()
    bounce.refresh_from_db()
    assert bounce.cleared_by == looker
    answer = client.post("/staff/mail/write-again/", {"address": "ada@example.org"}, follow=True)
    assert "is written to again" not in answer.content.decode()


def test_page_of_mails_asks_no_more_for_more_bounces(client, looker, django_assert_num_queries):
    may(looker, "view_mailbounce", "change_mailbounce")
    MailBounce.objects.create(address="a@example.org", kind=BounceKind.HARD, event_id="0")
    with CaptureQueriesContext(connection) as one:
        client.get("/staff/mail/")
    MailBounce.objects.bulk_create(
        MailBounce(address=f"a{n}@example.org", kind=BounceKind.HARD, event_id=f"e{n}") for n in range(60)
    )
    with django_assert_num_queries(len(one)):
        page = client.get("/staff/mail/").content.decode()
    assert page.count("Write again") == 50
    assert "The newest 50 of 61." in page
