import pytest
from django.db import IntegrityError, transaction

from members.models import Plan
from payments.enums import Interval
from payments.money import Money
from tests.factories.members import GiftOfferFactory, PlanFactory, TierFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def plans():
    return [PlanFactory(amount=amount) for amount in (1000, 500, 2500)]


@pytest.mark.parametrize(
    ("amount", "price"), [(499, None), (500, 500), (999, 500), (1000, 1000), (2499, 1000), (9999, 2500)]
)
def test_amount_buys_the_highest_plan_that_it_reaches(plans, amount, price):
    found = Plan.objects.for_amount(interval=Interval.MONTH, currency="EUR", amount=amount)
    assert (found and found.amount) == price


def test_plan_is_found_in_its_own_interval_and_currency_alone(plans):
    assert Plan.objects.for_amount(interval=Interval.YEAR, currency="EUR", amount=9999) is None
    assert Plan.objects.for_amount(interval=Interval.MONTH, currency="USD", amount=9999) is None


def test_only_what_is_active_is_on_sale(plans):
    PlanFactory(is_active=False)
    PlanFactory(tier=TierFactory(is_active=False))
    PlanFactory(currency="USD")
    assert list(Plan.objects.on_sale("EUR")) == sorted(plans, key=lambda plan: plan.amount)


def test_plan_and_gift_offer_say_what_they_are():
    tier = TierFactory(name="Friend")
    assert str(PlanFactory(tier=tier)) == "Friend €10 a month"
    assert str(GiftOfferFactory(tier=tier)) == "Friend, 12 months, €90"
    assert PlanFactory(amount=1).price == Money(1, "EUR")


@pytest.mark.parametrize("wrong", [{"amount": 0}, {"amount": -1}, {"interval": "week"}])
def test_plan_that_makes_no_sense_is_refused(wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        PlanFactory(**wrong)


@pytest.mark.parametrize("wrong", [{"amount": 0}, {"months": 0}])
def test_gift_offer_that_makes_no_sense_is_refused(wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        GiftOfferFactory(**wrong)


@pytest.mark.parametrize("factory", [PlanFactory, GiftOfferFactory])
def test_tier_has_one_price_of_a_kind(factory):
    tier = TierFactory()
    factory(tier=tier)
    with pytest.raises(IntegrityError), transaction.atomic():
        factory(tier=tier)
