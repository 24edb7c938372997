import csv
import io
import re

import pytest
from django.core import mail
from django.test import Client

from members.models import Newsletter, NewsletterSubscription
from members.newsletters.newsletter_links import end_url
from members.outbox import mailing
from payments.reports.cells import safe
from tests.factories.members import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def letters():
    return [Newsletter.objects.create(slug=slug, name=slug.title()) for slug in ("friday", "harbour")]


def ask(client, letters, email="Ada@Example.org "):
    return client.post("/newsletters/", {"newsletters": [each.pk for each in letters], "email": email})


def link_in_mail(part):
    mail.outbox.clear()
    mailing.drain()
    return re.search(rf"http://localhost:8000(/newsletters/{part}/\S+)", mail.outbox[-1].body)[1]


def current():
    return sorted(NewsletterSubscription.objects.current().values_list("newsletter__slug", "email"))


def test_address_is_on_the_list_only_after_its_owner_pressed_the_button(client, letters):
    for _ in range(2):
        ask(client, letters)
    link = link_in_mail("confirm")
    assert (len(mail.outbox), mail.outbox[0].to) == (1, ["ada@example.org"])
    client.get(link)
    assert current() == []
    client.post(link)
    assert current() == [("friday", "ada@example.org"), ("harbour", "ada@example.org")]


def test_link_is_over_after_a_week(client, letters, time_machine_now):
    ask(client, letters)
    link = link_in_mail("confirm")
    time_machine_now.shift(7 * 86400 + 1)
    assert client.post(link).status_code == 404
    assert current() == []


def test_form_answers_the_same_for_who_is_on_the_list_already(client, letters, time_machine_now):
    ask(client, letters, "ada@example.org")
    client.post(link_in_mail("confirm"))
    time_machine_now.shift(60)
    pages = [
        ask(Client(), letters, email).content.decode().replace(email, "")
        for email in ("ada@example.org", "b@x.org")
    ]
    assert pages[0] == pages[1]
    mail.outbox.clear()
    mailing.drain()
    assert sorted(sent.to for sent in mail.outbox) == [["ada@example.org"], ["b@x.org"]]


def test_form_without_newsletter_or_address_says_so(client, letters):
    page = client.post("/newsletters/", {"email": "nobody"}).content.decode()
    assert "Choose at least one" in page
    assert "This is not a whole email address" in page


def test_mail_program_ends_a_newsletter_by_one_post(client, letters):
    ask(client, letters, "ada@example.org")
    client.post(link_in_mail("confirm"))
    url = end_url(NewsletterSubscription.objects.get(newsletter=letters[0])).removeprefix(
        "http://localhost:8000"
    )
    strict = Client(enforce_csrf_checks=True)
    strict.get(url)
    assert len(current()) == 2
    assert strict.post(url, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert current() == [("harbour", "ada@example.org")]
    assert client.post(url[:-2] + "x/").status_code == 404


def test_reader_chooses_in_the_account(client, letters):
    reader = UserFactory(email="ada@example.org")
    NewsletterSubscription.objects.create(newsletter=letters[1], email="ada@example.org")
    client.force_login(reader)
    client.post("/account/newsletters/", {"newsletters": [letters[0].pk, letters[1].pk]})
    assert len(current()) == 2
    assert "checked" in client.get("/account/newsletters/").content.decode()
    client.post("/account/newsletters/", {"newsletters": [letters[1].pk]})
    assert current() == [("harbour", "ada@example.org")]
    client.post("/account/newsletters/", {})
    assert current() == []


def test_staff_take_the_list_to_the_tool_that_sends(client, letters):
    for email in ("=cmd@example.org", "bob@example.org", "gone@example.org"):
        ask(Client(), letters[:1], email)
        Client().post(link_in_mail("confirm"))
    NewsletterSubscription.objects.filter(email="gone@example.org").update(ended_at="2027-01-01T00:00Z")
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    answer = client.get("/staff/newsletters/friday/subscribers.csv")
    rows = list(csv.reader(io.StringIO(answer.getvalue().decode())))
    assert [row[0] for row in rows] == ["email", "'=cmd@example.org", "bob@example.org"]
    assert Client().post(rows[2][2].removeprefix("http://localhost:8000")).status_code == 200
    assert ">1<" in client.get("/admin/members/newsletter/").content.decode()


@pytest.mark.parametrize("start", list("=+-@\t\r"))
def test_no_cell_is_a_formula(start):
    assert safe(f"{start}1+1") == f"'{start}1+1"
    assert safe(f"a{start}1") == f"a{start}1"
