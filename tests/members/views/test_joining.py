import pytest

from members.models import Membership, Plan, Signup
from members.selling.publishing import publish
from payments.enums import Interval
from payments.models import CatalogueItem, Checkout
from tests.factories.members import (
    ImportedMembershipFactory,
    IntroductoryOfferFactory,
    PlanFactory,
    RegionalAmountsFactory,
    RegionFactory,
    TierFactory,
    UserFactory,
)
from tests.support.queries import count_queries

pytestmark = pytest.mark.django_db

JOIN = {"interval": "month", "amount_month": "1000", "email": "ada@example.org"}


@pytest.fixture
def plans(db):
    member, keeper = TierFactory(slug="member", name="Member"), TierFactory(slug="keeper", name="Keeper")
    return {
        "month": PlanFactory(tier=member, preselected_amount=1000),
        "keeper": PlanFactory(tier=keeper, amount=3000, suggested_amounts=[3000]),
        "year": PlanFactory(
            tier=member, interval=Interval.YEAR, amount=9000, suggested_amounts=[9000, 15000]
        ),
    }


@pytest.fixture
def in_stock(plans):
    def stock():
        publish()
        CatalogueItem.objects.update(state="done", processed_at="2026-11-25T00:00Z")
        for item in CatalogueItem.objects.all():
            item.stripe_id = f"at_stripe_{item.kind}"
            item.save()

    return stock


def filled(client, **asked):
    form = client.get("/join/", asked).context["form"]
    interval = form["interval"].value()
    return str(interval), form[f"amount_{interval}"].value(), form["other_amount"].value()


@pytest.mark.parametrize(
    ("asked", "form"),
    [
        ({}, ("month", "1000", None)),
        ({"amount": "15"}, ("month", "1500", None)),
        ({"amount": "15.00", "interval": "year"}, ("year", "other", "15.00")),
        ({"amount": "150", "interval": "year"}, ("year", "15000", None)),
        ({"amount": "17,50"}, ("month", "other", "17.50")),
        ({"amount": "1e9"}, ("month", "1000", None)),
        ({"amount": "-5", "interval": "week"}, ("month", "1000", None)),
        ({"plan": "keeper"}, ("month", "3000", None)),
        ({"plan": "keeper-month"}, ("month", "3000", None)),
        ({"plan": "member-year"}, ("year", "9000", None)),
        ({"plan": "member", "interval": "year"}, ("year", "9000", None)),
        ({"plan": "member-year", "amount": "150"}, ("year", "15000", None)),
        ({"plan": "gone"}, ("month", "1000", None)),
        ({"plan": "\0", "amount": "\0"}, ("month", "1000", None)),
    ],
)
def test_link_fills_the_form_in(client, plans, asked, form):
    assert filled(client, **asked) == form


def test_link_is_newer_than_what_was_left_here_before(client, plans, stripe_page):
    client.post("/join/", JOIN | {"amount_month": "1500", "cover_fee": "on"})
    assert filled(client) == ("month", "1500", None)
    assert client.get("/join/").context["form"]["cover_fee"].value() == "on"
    assert filled(client, amount="30") == ("month", "3000", None)


def test_box_that_covers_the_fee_is_empty_and_its_sum_exact(client, plans, stripe_page, settings):
    settings.CARD_FEES = ["EUR=1.5%+0.25"]
    page = client.get("/join/").content.decode()
    assert "Adds €0.41: you pay €10.41, and all of the €10 reaches us." in page
    assert 'id="id_cover_fee">' in page
    client.post("/join/", JOIN | {"cover_fee": "on"})
    checkout = Checkout.objects.get()
    assert (checkout.amount, checkout.terms["fee"], Signup.objects.get().amount) == (1041, "41", 1041)
    assert Signup.objects.get().plan == plans["month"]

    settings.CARD_FEES = []
    assert 'name="cover_fee"' not in client.get("/join/").content.decode()


def test_fee_lifts_nobody_into_a_higher_tier(client, plans, stripe_page, settings):
    settings.CARD_FEES = ["EUR=50%+0.25"]
    client.post("/join/", JOIN | {"amount_month": "other", "other_amount": "29.99", "cover_fee": "on"})
    assert (Signup.objects.get().plan, Signup.objects.get().amount > 3000) == (plans["month"], True)


def test_plans_own_amount_is_sold_by_its_price_and_another_by_its_product(client, in_stock, stripe_page):
    in_stock()
    for amount in ("1000", "1500"):
        client.post("/join/", JOIN | {"amount_month": amount})
    own, other = (sent["line_items"][0] for _, sent in stripe_page.calls)
    assert own == {"quantity": 1, "price": "at_stripe_price"}
    assert other["price_data"] == {
        "currency": "eur",
        "unit_amount": 1500,
        "product": "at_stripe_product",
        "recurring": {"interval": "month"},
    }


def test_trial_is_said_and_asked_for(client, in_stock, stripe_page):
    Plan.objects.update(trial_days=14)
    assert "Nothing today: the first 14 days are free." in client.get("/join/").content.decode()
    client.post("/join/", JOIN)
    _, sent = stripe_page.calls[0]
    assert sent["subscription_data"]["trial_period_days"] == 14
    assert (Checkout.objects.get().first_money.amount, sent["metadata"]["groundswell_first_amount"]) == (
        0,
        "0",
    )


def test_offer_is_said_and_its_coupon_asked_for(client, plans, in_stock, stripe_page):
    IntroductoryOfferFactory(plan=plans["month"], amount=100)
    in_stock()
    assert "€1 today for the first month. Then €10 each month" in client.get("/join/").content.decode()
    client.post("/join/", JOIN)
    _, sent = stripe_page.calls[0]
    assert (sent["discounts"], Checkout.objects.get().first_money.amount) == (
        [{"coupon": "at_stripe_coupon"}],
        100,
    )


def test_signed_in_member_is_no_newcomer(client, plans, stripe_page):
    Plan.objects.update(trial_days=14)
    reader = UserFactory(email="ada@example.org")
    client.force_login(reader)
    assert "14 days are free" in client.get("/join/").content.decode()
    ImportedMembershipFactory(user=reader, starts_on="2020-01-01", ends_on="2020-02-01")
    assert Membership.objects.count() == 1
    assert "days are free" not in client.get("/join/").content.decode()
    client.post("/join/", JOIN)
    assert Checkout.objects.get().trial_days == 0


def test_regions_amounts_stand_instead_of_the_plans(client, plans, stripe_page):
    region = RegionFactory(slug="south", countries=["PT"])
    RegionFactory(slug="north", countries=["FI"], position=1)
    RegionalAmountsFactory(region=region, suggested_amounts=[500, 1000, 1200], preselected_amount=1200)
    form = client.get("/join/?region=south").context["form"]
    assert [value for value, _ in form.fields["amount_month"].choices] == ["1000", "1200", "other"]
    assert form["amount_month"].value() == "1200"
    assert filled(client, region="north") == ("month", "1000", None)
    assert client.post("/join/?region=south", JOIN | {"amount_month": "1200"}).status_code == 302
    assert client.post("/join/?region=north", JOIN | {"amount_month": "1200"}).status_code == 200


def test_archived_plan_is_not_offered(client, plans):
    Plan.objects.filter(pk=plans["year"].pk).update(is_active=False)
    page = client.get("/join/")
    assert page.context["form"].fields["interval"].choices == [("month", "Monthly")]
    assert client.post("/join/", JOIN | {"interval": "year", "amount_year": "9000"}).status_code == 200
    assert Signup.objects.count() == 0


def test_page_asks_as_often_for_many_offers_and_amounts(client, plans):
    once = count_queries(client, "/join/")
    for number in range(5):
        plan = PlanFactory(amount=4000 + number, suggested_amounts=[4000 + number])
        IntroductoryOfferFactory(plan=plan, amount=100)
    publish()
    assert count_queries(client, "/join/") == once
