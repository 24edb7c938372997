import pytest

from members.selling import catalogue
from members.selling.catalogue import Preset
from payments.enums import Interval
from payments.money import Money
from tests.factories.members import PlanFactory, TierFactory

pytestmark = pytest.mark.django_db


def test_presets_say_which_tier_an_amount_buys():
    friend, keeper = TierFactory(name="Friend"), TierFactory(name="Keeper")
    PlanFactory(tier=friend, amount=1000, suggested_amounts=[1000, 3000])
    PlanFactory(tier=keeper, amount=2500, suggested_amounts=[2500, 1000])
    assert catalogue.shelves("EUR")[Interval.MONTH].presets == [
        Preset("1000", "€10", "Friend"),
        Preset("2500", "€25", "Keeper"),
        Preset("3000", "€30", "Keeper"),
    ]


def test_preset_below_every_plan_is_not_offered():
    PlanFactory(amount=1000, suggested_amounts=[500, 1000])
    assert [preset.value for preset in catalogue.shelves("EUR")[Interval.MONTH].presets] == ["1000"]


def test_nothing_on_sale_is_nothing_offered():
    assert catalogue.shelves("EUR")[Interval.MONTH].presets == []
    assert catalogue.lowest_price(Interval.MONTH, "EUR") is None
    assert catalogue.currencies() == []
    assert catalogue.year_saves(catalogue.shelves("EUR")) is None


def test_currencies_are_those_in_which_something_is_sold():
    PlanFactory(currency="USD")
    PlanFactory(currency="EUR")
    PlanFactory(currency="EUR")
    PlanFactory(currency="GBP", is_active=False)
    PlanFactory(currency="JPY", tier=TierFactory(is_active=False))
    assert catalogue.currencies() == ["EUR", "USD"]


@pytest.mark.parametrize(
    ("year", "saved"), [(9000, Money(3000, "EUR")), (12_000, None), (13_000, None), (None, None)]
)
def test_year_saves_what_it_costs_less_than_twelve_months(year, saved):
    PlanFactory(amount=1000)
    if year:
        PlanFactory(amount=year, interval=Interval.YEAR)
    assert catalogue.year_saves(catalogue.shelves("EUR")) == saved
