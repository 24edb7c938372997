import pytest

from members.selling.regions import Place, choose, country_of, places
from tests.factories.members import RegionFactory

pytestmark = pytest.mark.django_db

SOLD = ["EUR", "GBP", "JPY"]


@pytest.fixture
def world(db):
    """Two regions share the euro; nothing is sold in francs; the yen has no region."""
    RegionFactory(slug="europe", countries=["DE", "FR"], currency="EUR", position=0)
    RegionFactory(slug="ireland", countries=["IE"], currency="EUR", position=1)
    RegionFactory(slug="uk", countries=["GB"], currency="GBP", position=2)
    RegionFactory(slug="swiss", countries=["CH"], currency="CHF", position=3)


def test_places_are_the_regions_that_can_buy_and_the_currencies_beside_them(world):
    assert [place.code for place in places(SOLD)] == ["europe", "ireland", "uk", "JPY"]
    assert [place.name for place in places(SOLD)][-1] == "JPY"


@pytest.mark.parametrize(
    ("known", "code", "is_asked"),
    [
        ({}, "europe", False),
        ({"country": "IE"}, "ireland", False),
        ({"country": "CH"}, "europe", False),
        ({"country": "XX"}, "europe", False),
        ({"country": "IE", "remembered": "uk"}, "uk", False),
        ({"country": "IE", "remembered": "JPY"}, "JPY", False),
        ({"country": "IE", "remembered": "gone"}, "ireland", False),
        ({"country": "IE", "remembered": "uk", "region": "europe"}, "europe", True),
        ({"country": "IE", "currency": "eur"}, "ireland", True),
        ({"country": "GB", "currency": "EUR"}, "europe", True),
        ({"remembered": "uk", "currency": "JPY"}, "JPY", True),
        ({"remembered": "uk", "currency": "CHF"}, "uk", False),
        ({"region": "swiss"}, "europe", False),
    ],
)
def test_choice_outranks_memory_and_memory_outranks_the_guess(world, known, code, is_asked):
    place, was_asked = choose(places(SOLD), **known)
    assert (place.code, was_asked) == (code, is_asked)


def test_region_without_countries_is_for_everybody_else(world):
    RegionFactory(slug="elsewhere", countries=[], currency="GBP", position=9)
    found = places(SOLD)
    assert [choose(found, country=country)[0].code for country in ("BR", "IE", "")] == [
        "elsewhere",
        "ireland",
        "europe",
    ]


def test_without_regions_a_place_is_a_currency():
    assert places(SOLD) == [Place("EUR"), Place("GBP"), Place("JPY")]
    assert choose(places(SOLD), country="GB") == (Place("EUR"), False)
    assert choose(places(["GBP"])) == (Place("GBP"), False)
    assert choose([]) == (Place("EUR"), False)


@pytest.mark.parametrize(
    ("told", "languages", "country"),
    [
        ("", "de-AT,de;q=0.9,en-GB;q=0.8", "AT"),
        ("", "de,en-GB;q=0.8,en-US;q=0.9", "US"),
        ("", "zh-Hant-TW,zh;q=0.5", "TW"),
        ("", "es-419,es", ""),
        ("", "de", ""),
        ("", "", ""),
        ("", ";;q=,\0-", ""),
        ("ch", "de-AT", "CH"),
        ("T1", "de-AT", "AT"),
        ("é1", "de-AT", "AT"),
    ],
)
def test_country_is_what_a_proxy_tells_or_the_first_that_a_language_names(told, languages, country):
    assert country_of(told=told, languages=languages) == country
