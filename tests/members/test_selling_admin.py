import pytest

from members.models import GiftOffer, IntroductoryOffer, Plan, Region, Tier
from members.selling.publishing import publish
from payments.models import CatalogueItem
from tests.factories.members import (
    IntroductoryOfferFactory,
    PlanFactory,
    RegionFactory,
    TierFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(client):
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    return client


def rows(prefix, *given, initial=0):
    """A formset's fields, as a browser sends them."""
    sent = {f"{prefix}-TOTAL_FORMS": len(given), f"{prefix}-INITIAL_FORMS": initial}
    for number, fields in enumerate(given):
        sent |= {f"{prefix}-{number}-{name}": value for name, value in fields.items()}
    return sent


TIER = {
    "name": "Member",
    "slug": "member",
    "description": "",
    "benefits": "A letter\r\n\r\n Briefings ",
    "position": 0,
    "is_active": "on",
}
PLAN = {
    "interval": "month",
    "currency": "eur",
    "amount": "5.00",
    "suggested_amounts": "5 10,50 20",
    "preselected_amount": "10.5",
    "trial_days": 0,
    "is_active": "on",
}


def save_tier(boss, *plans, gifts=(), url="/admin/members/tier/add/", initial=0, **changes):
    sent = TIER | changes | rows("plans", *plans, initial=initial) | rows("gift_offers", *gifts)
    response = boss.post(url, sent)
    return [] if response.status_code == 302 else errors(response)


def errors(response):
    forms = [response.context["adminform"].form]
    for each in response.context["inline_admin_formsets"]:
        forms += each.formset.forms
        if each.formset.non_form_errors():
            return list(each.formset.non_form_errors())
    return [error for form in forms for told in form.errors.values() for error in told]


def test_tier_with_its_prices_is_typed_as_people_write(boss):
    gift = {"months": 12, "currency": "EUR", "amount": "50", "is_active": "on"}
    yen = PLAN | {
        "currency": "JPY",
        "amount": "800",
        "suggested_amounts": "800, 1,500",
        "preselected_amount": "",
    }
    assert save_tier(boss, PLAN, yen, gifts=[gift]) == []
    assert Tier.objects.get().benefits == ["A letter", "Briefings"]
    fields = ("currency", "amount", "suggested_amounts", "preselected_amount")
    assert list(Plan.objects.order_by("currency").values_list(*fields)) == [
        ("EUR", 500, [500, 1050, 2000], 1050),
        ("JPY", 800, [800, 1500], None),
    ]
    assert GiftOffer.objects.get().amount == 5000

    page = boss.get(f"/admin/members/tier/{Tier.objects.get().pk}/change/").content.decode()
    assert 'value="5.00 10.50 20.00"' in page
    assert "A letter\nBriefings" in page


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"amount": "five"}, "“five” is no amount of EUR. Write it like 12.50."),
        ({"amount": "0"}, "An amount is more than nothing."),
        ({"amount": ""}, "This field is required."),
        ({"currency": "Euro"}, "Ensure this value has at most 3 characters (it has 4)."),
        ({"currency": "EUX"}, "EUX is no currency. Write its three capitals, like EUR."),
        ({"suggested_amounts": "5,10,20"}, "Divide the amounts by spaces: 5 10 20."),
        ({"suggested_amounts": "3 5", "preselected_amount": ""}, "Nothing can be bought for less than €5."),
        ({"suggested_amounts": "5 6 7 8 9 10 11 12 13"}, "These are too many to choose from: 8 at most."),
        ({"preselected_amount": "7"}, "It must be one of the suggested amounts."),
        ({"trial_days": "731"}, "730 days at most."),
    ],
)
def test_each_mistake_is_told_in_words(boss, changes, told):
    assert save_tier(boss, PLAN | changes) == [told]
    assert Plan.objects.count() == 0


def test_two_prices_for_the_same_are_refused(boss):
    assert save_tier(boss, PLAN, PLAN | {"amount": "4"}) == [
        "Two plans are sold for the same interval and currency. Archive one of them."
    ]
    archived = {name: value for name, value in PLAN.items() if name != "is_active"}
    assert save_tier(boss, PLAN, archived) == []


def test_sold_plan_stays_what_it_was(boss, stripe_page):
    plan = PlanFactory()
    boss.post("/join/", {"interval": "month", "amount_month": "1500", "email": "ada@example.org"})
    url = f"/admin/members/plan/{plan.pk}/change/"
    sent = PLAN | {"tier": plan.tier_id} | rows("offers")
    assert errors(boss.post(url, sent | {"currency": "USD"})) == [
        "Readers have bought this plan. Archive it, and add another."
    ]
    assert (
        boss.post(url, sent | {"amount": "6", "suggested_amounts": "", "preselected_amount": ""}).status_code
        == 302
    )
    assert Plan.objects.get().amount == 600


@pytest.mark.parametrize(
    ("amount", "told"),
    [
        ("1.00", []),
        ("10.00", ["An offer is less than the plan's price, €10."]),
        ("1.001", ["“1.001” is no amount of EUR. Write it like 12.50."]),
    ],
)
def test_offer_is_set_on_its_plan(boss, amount, told):
    plan = PlanFactory(suggested_amounts=[])
    sent = {
        "tier": plan.tier_id, "interval": "month", "currency": "EUR", "amount": "10.00", "suggested_amounts": "",
        "preselected_amount": "", "trial_days": 0, "is_active": "on",
    } | rows("offers", {"plan": plan.pk, "amount": amount, "periods": 3, "is_active": "on"})  # fmt: skip
    response = boss.post(f"/admin/members/plan/{plan.pk}/change/", sent)
    assert ([] if response.status_code == 302 else errors(response)) == told
    assert list(IntroductoryOffer.objects.values_list("amount", "periods")) == ([] if told else [(100, 3)])


def test_plan_with_an_offer_takes_no_free_days(boss):
    plan = IntroductoryOfferFactory().plan
    sent = PLAN | {"tier": plan.tier_id, "trial_days": 7} | rows("offers")
    response = boss.post(f"/admin/members/plan/{plan.pk}/change/", sent)
    assert errors(response) == ["This plan has an introductory offer: one of the two is enough."]


@pytest.mark.parametrize(
    ("countries", "told"),
    [
        ("de, at fr", []),
        ("DE XQ Deutschland", ["No country has the code DEUTSCHLAND, XQ."]),
        ("DE IE", ["IE: in the region Ireland already."]),
    ],
)
def test_regions_countries_are_checked(boss, countries, told):
    RegionFactory(name="Ireland", slug="ireland", countries=["IE"])
    amounts = {"interval": "month", "suggested_amounts": "4 8", "preselected_amount": "8"}
    sent = {"name": "Europe", "slug": "europe", "countries": countries, "currency": "EUR", "position": 0}
    response = boss.post("/admin/members/region/add/", sent | rows("amounts", amounts))
    assert ([] if response.status_code == 302 else errors(response)) == told
    if not told:
        region = Region.objects.get(slug="europe")
        assert region.countries == ["AT", "DE", "FR"]
        assert list(region.amounts.values_list("suggested_amounts", "preselected_amount")) == [
            ([400, 800], 800)
        ]


def test_price_that_is_gone_from_our_tables_is_taken_off_sale():
    plan = PlanFactory(tier=TierFactory())
    publish()
    plan.delete()
    publish()
    assert CatalogueItem.objects.get(kind="price").wanted["is_active"] is False


def test_pages_of_the_administration_open(boss):
    tier = PlanFactory().tier
    region = RegionFactory()
    plan = f"plan/{tier.plans.get().pk}/change/"
    pages = ("tier/", f"tier/{tier.pk}/change/", "plan/", plan, "region/", f"region/{region.pk}/change/")
    for path in (*pages, "contributionoffer/add/"):
        assert boss.get(f"/admin/members/{path}").status_code == 200
