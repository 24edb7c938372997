import re

import pytest
from django.core import mail
from django.test import Client

from members.models import User
from tests.factories.members import UserFactory
from tests.support.sign_in import code_in
from tests.support.stories import join

pytestmark = pytest.mark.django_db

LOGIN, CONFIRM = "/accounts/login/", "/accounts/login/code/confirm/"


def ask(client, email):
    return client.post(LOGIN, {"email": email})


@pytest.mark.parametrize("spelling", ["ada@example.org", "ADA@Example.org "])
def test_reader_who_paid_first_signs_in_with_that_address(client, spelling):
    join("ada@example.org")
    ask(client, spelling)
    (sent,) = mail.outbox
    assert sent.to == ["ada@example.org"]
    client.post(CONFIRM, {"code": code_in(sent)})
    assert client.session["_auth_user_id"] == str(User.objects.get().pk)
    assert "Active" in client.get("/account/").content.decode()


def test_reader_lands_in_their_account_and_staff_where_they_work(client):
    for email, is_staff, lands in (("a@example.org", False, "/account/"), ("b@example.org", True, "/admin/")):
        UserFactory(email=email, is_staff=is_staff)
        client.logout()
        ask(client, email)
        signed_in = client.post(CONFIRM, {"code": code_in(mail.outbox[-1])})
        assert (signed_in.status_code, signed_in["Location"]) == (302, lands)


def test_unknown_address_gets_the_same_answer(client):
    UserFactory(email="ada@example.org")
    answers = []
    for email in ("ada@example.org", "nobody@example.org"):
        response = ask(client, email)
        page = client.get(response["Location"]).content.decode()
        answers.append((response.status_code, response["Location"], page.replace(email, "")))
        client.cookies.clear()
    known, unknown = answers
    assert known[:2] == unknown[:2]
    assert _without_tokens(known[2]) == _without_tokens(unknown[2])
    assert not User.objects.filter(email="nobody@example.org").exists()


def _without_tokens(page):
    return re.sub(r'(csrfmiddlewaretoken" value|nonce)="[^"]*"', "", page)


def test_wrong_codes_end_the_attempt(client):
    UserFactory(email="ada@example.org")
    ask(client, "ada@example.org")
    for _ in range(6):
        client.post(CONFIRM, {"code": "WRONG0"})
    client.post(CONFIRM, {"code": code_in(mail.outbox[0])})
    assert "_auth_user_id" not in client.session


def test_code_of_one_reader_does_not_sign_another_in(client):
    for email in ("ada@example.org", "bob@example.org"):
        UserFactory(email=email)
    ask(Client(), "ada@example.org")
    ask(client, "bob@example.org")
    assert [sent.to for sent in mail.outbox] == [["ada@example.org"], ["bob@example.org"]]
    client.post(CONFIRM, {"code": code_in(mail.outbox[0])})
    assert "_auth_user_id" not in client.session


def test_code_is_over_after_a_quarter_of_an_hour(client, time_machine_now):
    UserFactory(email="ada@example.org")
    ask(client, "ada@example.org")
    time_machine_now.shift(15 * 60 + 1)
    client.post(CONFIRM, {"code": code_in(mail.outbox[0])})
    assert "_auth_user_id" not in client.session


def test_inactive_reader_is_not_signed_in(client):
    UserFactory(email="ada@example.org", is_active=False)
    ask(client, "ada@example.org")
    for sent in mail.outbox:
        assert "code" not in sent.subject.lower()
    assert "_auth_user_id" not in client.session


def test_mail_carries_the_newsrooms_name(client):
    UserFactory(email="ada@example.org")
    ask(client, "ada@example.org")
    assert mail.outbox[0].from_email == "The Lantern <members@example.org>"
    assert "The Lantern" in mail.outbox[0].body


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_sign_in_never_leads_off_the_site(client, target):
    UserFactory(email="ada@example.org")
    client.post(f"{LOGIN}?next={target}", {"email": "ada@example.org", "next": target})
    signed_in = client.post(CONFIRM, {"code": code_in(mail.outbox[0]), "next": target})
    assert signed_in["Location"] == "/account/"
