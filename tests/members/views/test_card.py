"""The card page, without Stripe: what it says, to whom, and that it can do nothing else."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from members.dues.signed_links import back_url, card_url
from members.models import User
from members.outbox import mailing
from members.selling.joining import start_signup
from payments.enums import Collected, QueueState
from payments.gateway.facts import GatewayError
from payments.models import CollectionRequest, Subscription, UnpaidInvoice
from payments.recording import record
from tests.factories.members import PlanFactory, UserFactory
from tests.support.queries import count_queries
from tests.support.stories import join
from tests.support.stripe_side import StripeSide

pytestmark = pytest.mark.django_db


@pytest.fixture
def side(time_machine_now):
    """A member whose renewal has failed."""
    plan = PlanFactory(tier__name="Lantern member")
    side = StripeSide(start_signup(plan=plan, amount=1000, email="ada@example.org").checkout)
    record(side.session())
    time_machine_now.move_to(side.unpaid_facts().failed_at + timedelta(minutes=1))
    record(side.unpaid())
    Subscription.objects.update(card_brand="visa", card_last4="4242")
    return side


def path(url):
    return url.removeprefix("http://localhost:8000")


@pytest.fixture
def page(side):
    return path(card_url(Subscription.objects.get()))


@pytest.fixture
def portal(monkeypatch):
    """Stripe's portal opens, without Stripe; gives what was asked for."""
    asked = []

    def portal_address(customer_id, **urls):
        asked.append((customer_id, urls))
        return "https://billing.stripe.com/p/session/1"

    monkeypatch.setattr("payments.portal.portal_address", portal_address)
    return asked


def text(answer):
    return " ".join(answer.content.decode().split())


def test_page_says_what_is_open_and_hides_the_card_from_who_is_not_signed_in(client, page):
    said = text(client.get(page))
    assert "Your payment did not go through" in said
    assert "€10" in said
    assert "No money was taken" in said
    assert f"{UnpaidInvoice.objects.get().last_day_of_grace:%-d %B %Y}" in said
    assert "4242" not in said
    assert "ada@example.org" not in said

    client.force_login(UserFactory())
    assert "4242" not in text(client.get(page))
    client.force_login(User.objects.get(email="ada@example.org"))
    assert "4242" in text(client.get(page))


def test_button_leads_to_stripes_portal_for_this_customer_and_the_card_alone(client, page, portal):
    answer = client.post(page)
    assert answer["Location"] == "https://billing.stripe.com/p/session/1"
    [(customer, urls)] = portal
    assert customer == Subscription.objects.get().customer.stripe_id
    assert "/card/back/" in urls["saved_url"]
    assert path(urls["return_url"]) == page
    client.get(page)
    assert len(portal) == 1


def test_bank_that_wants_confirmation_gets_it_on_the_invoices_page(client, side, page, portal):
    UnpaidInvoice.objects.update(needs_confirmation=True)
    assert "Please confirm your payment" in text(client.get(page))
    answer = client.post(page, {"confirm": "yes"})
    assert answer["Location"] == side.unpaid_facts().page_url
    assert client.post(page)["Location"].startswith("https://billing.stripe.com/")


def test_stripe_out_of_reach_is_told_in_plain_words(client, page, monkeypatch):
    def away(*_, **__):
        raise GatewayError("away")

    monkeypatch.setattr("payments.portal.portal_address", away)
    answer = client.post(page)
    assert answer.status_code == 503
    assert "No money was taken" in text(answer)


def test_nothing_open_is_all_well_and_over_is_over(client, side, page, time_machine_now):
    side.read_at = timezone.now()
    record(side.invoice(1))
    assert "All is well" in text(client.get(page))
    side.read_at = timezone.now() + timedelta(seconds=5)
    record(side.subscription(status="canceled", is_ending=True, ended_at=timezone.now()))
    said = text(client.get(page))
    assert "Your membership has ended" in said
    assert "Put in another card" not in said


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        ("", "We are trying your new card now"),
        (Collected.PAID, "Thank you, all is well"),
        (Collected.DECLINED, "This card was declined too"),
        (Collected.CONFIRM, "Your bank wants you to confirm"),
    ],
)
def test_coming_back_asks_once_and_says_what_came_of_it(client, side, outcome, words):
    back = path(back_url(Subscription.objects.get()))
    client.get(back)
    request = CollectionRequest.objects.get()
    assert (request.is_asked, request.state) == (True, QueueState.PENDING)
    if outcome:
        CollectionRequest.objects.update(outcome=outcome)
        request.finish()
    assert words in text(client.get(back))
    assert client.get(f"{back}status.json").json() == {"state": outcome or "trying"}
    assert CollectionRequest.objects.count() == 1


@pytest.mark.parametrize("where", ["/card/1.2.nonsense/", "/card/back/1.2.nonsense/"])
def test_link_that_does_not_work_offers_a_new_one(client, where):
    answer = client.get(where)
    assert answer.status_code == 404
    assert "This link does not work any more" in text(answer)


def test_new_link_goes_to_the_address_that_pays_once_an_hour_and_says_the_same_to_all(client, side):
    known, unknown = (
        text(client.post("/card/", {"email": email})).replace(email.lower(), "…")
        for email in ("ADA@example.org", "nobody@example.org")
    )
    assert known == unknown
    client.post("/card/", {"email": "ada@example.org"})
    mail.outbox.clear()
    mailing.drain()
    links = [each for each in mail.outbox if "card page" in each.subject]
    assert [each.to for each in links] == [["ada@example.org"]]
    assert "/card/" in links[0].body


def test_account_says_until_when_there_is_access(client, side, time_machine_now):
    client.force_login(User.objects.get(email="ada@example.org"))
    last = UnpaidInvoice.objects.get().last_day_of_grace
    said = f"No money was taken, and you have access until {last:%-d %B %Y}."
    assert said in text(client.get("/account/"))
    time_machine_now.shift(timedelta(days=15))
    assert said not in text(client.get("/account/"))


def test_banner_is_there_for_who_owes_at_one_query_and_for_nobody_else(
    client, side, django_assert_num_queries
):
    with django_assert_num_queries(0):
        assert "owing__inner" not in text(client.get("/card/"))
    reader, other = User.objects.get(email="ada@example.org"), UserFactory()
    client.force_login(other)
    without = count_queries(client, "/card/")
    assert "owing__inner" not in text(client.get("/card/"))
    client.force_login(reader)
    assert "Your last payment did not go through." in text(client.get("/card/"))
    assert count_queries(client, "/card/") == without
    join("other@example.org")
    assert count_queries(client, "/card/") == without
