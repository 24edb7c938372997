import pytest
from django.core.exceptions import ValidationError
from hypothesis import given, strategies as st

from members.forms import MOST, GiftForm, GiftLinkForm, JoinForm, own_amount
from payments.enums import Interval
from payments.money import Money
from tests.factories.members import GiftOfferFactory, PlanFactory, TierFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def plans(db):
    friend, keeper = TierFactory(name="Friend"), TierFactory(name="Keeper")
    return {
        "friend": PlanFactory(tier=friend),
        "keeper": PlanFactory(tier=keeper, amount=2500, suggested_amounts=[2500]),
        "year": PlanFactory(
            tier=friend, interval=Interval.YEAR, amount=9000, suggested_amounts=[9000, 12000]
        ),
    }


def join_form(currency="EUR", **changes):
    data = {"interval": "month", "amount_month": "1500", "email": "ada@example.org"} | changes
    return JoinForm({name: value for name, value in data.items() if value is not None}, currency=currency)


def problems(form):
    assert not form.is_valid()
    return {name: list(errors) for name, errors in form.errors.items()}


@pytest.mark.parametrize(
    ("changes", "plan", "amount"),
    [
        ({}, "friend", 1500),
        ({"amount_month": "2500"}, "keeper", 2500),
        ({"amount_month": "other", "other_amount": "24,99"}, "friend", 2499),
        ({"amount_month": "other", "other_amount": "25"}, "keeper", 2500),
        ({"amount_month": "other", "other_amount": "€5"}, None, None),
        ({"interval": "year", "amount_year": "12000"}, "year", 12000),
        ({"interval": "year", "amount_year": "other", "other_amount": "1,000"}, "year", 100_000),
        ({"interval": "year", "amount_year": "9000", "amount_month": "7"}, None, None),
        ({"amount_month": "1500", "other_amount": "nonsense"}, "friend", 1500),
    ],
)
def test_tier_follows_from_interval_and_amount(plans, changes, plan, amount):
    form = join_form(**changes)
    if plan is None:
        assert not form.is_valid()
    else:
        assert form.is_valid(), form.errors
        assert (form.cleaned_data["plan"], form.cleaned_data["amount"]) == (plans[plan], amount)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"email": ""}, {"email": ["Write your email address."]}),
        ({"email": "ada"}, {"email": ["This is not a whole email address. Write it like name@example.org."]}),
        (
            {"email": "a" * 250 + "@example.org"},
            {
                "email": [
                    "Ensure this value has at most 254 characters (it has 262).",
                ]
            },
        ),
        ({"interval": None}, {"interval": ["Choose monthly or yearly."]}),
        (
            {"interval": "week"},
            {"interval": ["Select a valid choice. week is not one of the available choices."]},
        ),
        ({"amount_month": None}, {"amount_month": ["Choose an amount."]}),
        (
            {"amount_month": "1"},
            {"amount_month": ["Select a valid choice. 1 is not one of the available choices."]},
        ),
        ({"amount_month": "other"}, {"other_amount": ["Write the amount that you want to give."]}),
        (
            {"amount_month": "other", "other_amount": "  "},
            {"other_amount": ["Write the amount that you want to give."]},
        ),
        (
            {"amount_month": "other", "other_amount": "ten"},
            {"other_amount": ["This is not an amount of money. Write it like €10."]},
        ),
        (
            {"amount_month": "other", "other_amount": "10.005"},
            {"other_amount": ["This is not an amount of money. Write it like €10."]},
        ),
        (
            {"amount_month": "other", "other_amount": "1e999999999"},
            {"other_amount": ["This is not an amount of money. Write it like €10."]},
        ),
        (
            {"amount_month": "other", "other_amount": "9.99"},
            {"other_amount": ["The least is €10."]},
        ),
        (
            {"amount_month": "other", "other_amount": "100000.01"},
            {"other_amount": ["That is more than this form takes. Write to us, we would love to talk."]},
        ),
        (
            {"amount_month": "other", "other_amount": "9" * 21},
            {"other_amount": ["Ensure this value has at most 20 characters (it has 21)."]},
        ),
    ],
)
def test_each_mistake_is_told_where_it_was_made(plans, changes, expected):
    assert problems(join_form(**changes)) == expected


@pytest.mark.parametrize(
    ("named", "kept"),
    [("birthday", "birthday"), ("", ""), ("no slug!", ""), ("x" * 51, ""), ("x" * 50, "x" * 50)],
)
def test_campaign_that_is_none_is_left_out_and_stops_nobody(plans, named, kept):
    form = join_form(campaign=named)
    assert form.is_valid()
    assert form.cleaned_data["campaign"] == kept


def test_several_mistakes_are_told_at_once(plans):
    found = problems(join_form(email="", amount_month="other", other_amount="ten"))
    assert sorted(found) == ["email", "other_amount"]


@pytest.mark.parametrize("spelling", ["ADA@EXAMPLE.ORG", "  ada@example.org "])
def test_address_gets_its_one_spelling(plans, spelling):
    form = join_form(email=spelling)
    assert form.is_valid()
    assert form.cleaned_data["email"] == "ada@example.org"


def test_second_amount_is_proposed(plans):
    form = JoinForm(currency="EUR")
    assert form.fields["amount_month"].initial == "1500"
    assert form.fields["amount_month"].choices == [
        ("1000", "€10"),
        ("1500", "€15"),
        ("2500", "€25"),
        ("other", "Another amount"),
    ]


def test_currency_in_which_nothing_is_sold_is_said(plans):
    form = join_form(currency="CHF", amount_month="other", other_amount="10")
    assert problems(form) == {"other_amount": ["Memberships are not sold in this currency."]}


@given(typed=st.text(max_size=20), currency=st.sampled_from(["EUR", "JPY", "KWD"]))
def test_whatever_is_typed_is_an_amount_within_bounds_or_a_sentence(typed, currency):
    try:
        amount = own_amount(typed, Money(500, currency))
    except ValidationError:
        return
    assert 500 <= amount <= MOST * 500


# --- gifts -----------------------------------------------------------------------------------------


def gift_form(**changes):
    return GiftForm({"email": "ada@example.org"} | changes, currency="EUR")


def test_gift_needs_an_offer_and_an_address():
    GiftOfferFactory()
    assert problems(gift_form(email="")) == {
        "offer": ["Choose how long it lasts."],
        "email": ["Write your email address."],
    }


def test_longest_gift_is_proposed_and_words_are_free():
    offers = [GiftOfferFactory(months=months) for months in (12, 3, 6)]
    form = gift_form(offer=offers[1].pk)
    assert form.fields["offer"].initial == offers[0]
    assert form.is_valid()
    assert (form.cleaned_data["offer"], form.cleaned_data["message"]) == (offers[1], "")


@pytest.mark.parametrize("fields", [{"is_active": False}, {"currency": "USD"}])
def test_offer_that_is_not_on_sale_cannot_be_chosen(fields):
    offer = GiftOfferFactory(**fields)
    assert list(problems(gift_form(offer=offer.pk))) == ["offer"]


def test_message_of_three_hundred_is_taken_and_one_more_is_not():
    offer = GiftOfferFactory()
    assert gift_form(offer=offer.pk, message="\N{HEAVY BLACK HEART}" * 300).is_valid()
    assert list(problems(gift_form(offer=offer.pk, message="x" * 301))) == ["message"]
    assert list(problems(gift_form(offer=offer.pk, giver_name="x" * 81, recipient_name="y" * 81))) == [
        "giver_name",
        "recipient_name",
    ]


@pytest.mark.parametrize(
    "pasted",
    [
        "http://localhost:8000/redeem/abc-_1/",
        "http://localhost:8000/redeem/abc-_1",
        "  abc-_1 ",
        "abc-_1/",
    ],
)
def test_gift_link_is_read_whole_or_in_part(pasted):
    form = GiftLinkForm({"link": pasted})
    assert form.is_valid()
    assert form.cleaned_data["link"] == "abc-_1"


@pytest.mark.parametrize("pasted", ["", "/", "///", "x" * 101, "x" * 501])
def test_what_is_no_gift_link_is_told(pasted):
    assert list(problems(GiftLinkForm({"link": pasted}))) == ["link"]
