import pytest
from django.test import Client
from django.urls import reverse

from members.models import Gift, Signup
from payments.models import Checkout
from tests.factories.campaigns import CampaignFactory
from tests.factories.members import GiftOfferFactory, PlanFactory, TierFactory, UserFactory
from tests.support.queries import count_queries

pytestmark = pytest.mark.django_db

JOIN = {"interval": "month", "amount_month": "1500", "email": "ada@example.org"}


@pytest.fixture
def plan(db):
    return PlanFactory()


@pytest.fixture
def offer(db):
    return GiftOfferFactory()


# --- the front door --------------------------------------------------------------------------------


def test_front_door_shows_tiers_and_the_campaign(client, plan):
    CampaignFactory(headline="Keep the lantern burning")
    page = client.get("/").content.decode()
    assert plan.tier.name in page
    assert "Keep the lantern burning" in page
    assert "0 of 1,000 new members" in page


def test_front_door_opens_without_anything_on_sale(client, db):
    assert client.get("/").status_code == 200


@pytest.mark.parametrize("path", ["/", "/join/", "/gift/"])
def test_pages_ask_the_database_as_often_for_one_tier_as_for_twenty(client, path):
    def stock(count):
        for _ in range(count):
            tier = TierFactory()
            PlanFactory(tier=tier)
            GiftOfferFactory(tier=tier)

    stock(1)
    once = count_queries(client, path)
    stock(19)
    assert count_queries(client, path) == once


# --- joining ---------------------------------------------------------------------------------------


def test_join_form_leads_to_stripes_page(client, plan, stripe_page):
    response = client.post("/join/", JOIN)
    checkout = Checkout.objects.get()
    assert (response.status_code, response["Location"]) == (302, checkout.url)
    signup = Signup.objects.get()
    assert (signup.checkout, signup.plan, signup.amount, signup.email) == (
        checkout,
        plan,
        1500,
        "ada@example.org",
    )
    assert stripe_page.keys == {str(checkout.idempotency_key)}


def test_join_form_sent_twice_leads_to_the_same_page(client, plan, stripe_page):
    urls = {client.post("/join/", JOIN)["Location"] for _ in range(2)}
    assert len(urls) == Checkout.objects.count() == Signup.objects.count() == 1


def test_wrong_join_form_is_shown_again_with_what_was_typed(client, plan, stripe_page):
    response = client.post("/join/", JOIN | {"amount_month": "other", "other_amount": "5", "email": "ada@"})
    assert response.status_code == 200
    page = response.content.decode()
    assert "The least is €10." in page
    assert "This is not a whole email address. Write it like name@example.org." in page
    assert 'value="ada@"' in page
    assert (stripe_page.calls, Signup.objects.count()) == ([], 0)


def test_stripe_away_is_told_and_can_be_tried_again(client, plan, stripe_page):
    stripe_page.is_away = True
    response = client.post("/join/", JOIN)
    assert response.status_code == 503
    assert "You have not been charged" in response.content.decode()
    stripe_page.is_away = False
    assert client.post("/join/", JOIN).status_code == 302
    assert len(stripe_page.keys) == Checkout.objects.count() == 1


def test_stripe_away_is_logged_without_the_reader(client, plan, stripe_page, caplog):
    stripe_page.is_away = True
    with caplog.at_level("WARNING"):
        client.post("/join/", JOIN)
    (line,) = [record for record in caplog.records if record.name == "members.views.buying"]
    assert line.levelname == "WARNING"
    assert "payment_page_not_opened" in line.getMessage()
    assert "ada@example.org" not in caplog.text


def test_reader_who_turns_back_finds_the_form_as_they_left_it(client, plan, stripe_page):
    client.post("/join/", JOIN | {"amount_month": "other", "other_amount": "12,50"})
    page = client.get("/join/?cancelled=1").content.decode()
    assert "Payment cancelled" in page
    assert 'value="ada@example.org"' in page
    assert 'value="12,50"' in page


def test_cancel_leads_back_to_the_form_in_the_currency_that_was_chosen(client, stripe_page):
    PlanFactory(currency="USD")
    client.post("/join/?currency=usd", JOIN)
    _, sent = stripe_page.calls[0]
    assert sent["cancel_url"] == "http://localhost:8000/join/?currency=USD&cancelled=1"
    assert sent["success_url"].startswith("http://localhost:8000/thanks/")
    assert Checkout.objects.get().currency == "USD"


@pytest.mark.parametrize("asked", ["", "XXX", "<script>", "EUR&x=1", "\0"])
def test_unknown_currency_is_the_newsrooms_own(client, plan, asked):
    response = client.get("/join/", {"currency": asked})
    assert response.context["currency"] == "EUR"


def test_campaign_is_carried_to_the_signup(client, plan, stripe_page):
    page = client.get("/join/?campaign=birthday").content.decode()
    assert 'value="birthday"' in page
    client.post("/join/", JOIN | {"campaign": "birthday"})
    assert Signup.objects.get().campaign_code == "birthday"


@pytest.mark.parametrize("campaign", ["no slug!", "x" * 100, "é", '"><script>alert(1)</script>'])
def test_odd_campaign_in_the_address_breaks_no_page(client, plan, campaign):
    response = client.get("/join/", {"campaign": campaign})
    assert response.status_code == 200
    assert "<script>alert" not in response.content.decode()


def test_reader_who_came_with_an_odd_campaign_can_still_join(client, plan, stripe_page):
    """A mistyped link in a letter must cost the newsroom no member."""
    response = client.post("/join/", JOIN | {"campaign": "no slug!"})
    assert response.status_code == 302
    assert Signup.objects.get().campaign_code == ""


def test_signed_in_reader_buys_in_their_own_name(client, plan, stripe_page):
    reader = UserFactory(email="ada@example.org")
    client.force_login(reader)
    assert 'value="ada@example.org"' in client.get("/join/").content.decode()
    client.post("/join/", JOIN)
    assert Signup.objects.get().user == Checkout.objects.get().user == reader


def test_signed_in_reader_with_another_address_buys_as_that_address(client, plan, stripe_page):
    client.force_login(UserFactory(email="bob@example.org"))
    client.post("/join/", JOIN)
    assert (Signup.objects.get().user, Checkout.objects.get().user) == (None, None)


# --- giving ----------------------------------------------------------------------------------------


def test_gift_form_leads_to_stripes_page(client, offer, stripe_page):
    response = client.post(
        "/gift/",
        {
            "offer": offer.pk,
            "email": "Ada@Example.org",
            "giver_name": "Ada",
            "recipient_name": "Bob",
            "message": "Read well",
            "campaign": "birthday",
        },
    )
    gift = Gift.objects.get()
    assert (response.status_code, response["Location"]) == (302, gift.checkout.url)
    assert (gift.giver_email, gift.giver_name, gift.recipient_name, gift.message, gift.campaign_code) == (
        "ada@example.org",
        "Ada",
        "Bob",
        "Read well",
        "birthday",
    )


def test_wrong_gift_form_is_shown_again(client, offer, stripe_page):
    response = client.post("/gift/", {"offer": "999", "email": ""})
    assert response.status_code == 200
    assert list(response.context["form"].errors) == ["offer", "email"]
    assert Gift.objects.count() == 0


def test_giver_who_turns_back_finds_the_form_as_they_left_it(client, stripe_page):
    offers = [GiftOfferFactory(months=months) for months in (3, 12)]
    client.post("/gift/", {"offer": offers[0].pk, "email": "ada@example.org", "message": "Read well"})
    response = client.get("/gift/?cancelled=1")
    assert "Read well" in response.content.decode()
    assert str(response.context["form"]["offer"].value()) == str(offers[0].pk)


@pytest.mark.parametrize("name", ["join", "gift"])
def test_forms_ask_for_a_csrf_token(name, plan, offer):
    assert Client(enforce_csrf_checks=True).post(reverse(name), JOIN).status_code == 403
