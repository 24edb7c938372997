from datetime import date

import pytest

from members.selling.publishing import coupon_of, publish
from members.selling.quoting import in_words, quote
from payments.catalogue import Stock
from payments.enums import Interval
from payments.models import CatalogueItem
from payments.money import Money
from tests.factories.members import IntroductoryOfferFactory, PlanFactory

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 25)


@pytest.fixture
def in_stock(db):
    """Everything that staff set stands at Stripe."""

    def stock():
        publish()
        CatalogueItem.objects.update(state="done", processed_at="2026-11-25T00:00Z", stripe_id="there")
        return Stock()

    return stock


def said(stock, plan, chosen, **how):
    found = quote(plan, chosen, stock=stock, **how)
    return found.first.amount, found.amount.amount, in_words(found, TODAY)


def test_plain_price_and_the_next_charge(in_stock):
    month, year = PlanFactory(amount=500), PlanFactory(amount=5000, interval=Interval.YEAR)
    assert said(in_stock(), month, 1250) == (
        1250, 1250, "€12.50 today, then €12.50 each month from 25 December 2026. Cancel any time.",
    )  # fmt: skip
    assert said(in_stock(), year, 5000)[2] == (
        "€50 today, then €50 each year from 25 November 2027. Cancel any time."
    )


def test_fee_is_on_top_and_exact(in_stock, settings):
    settings.CARD_FEES = ["EUR=1.5%+0.25"]
    plan = PlanFactory(amount=500)
    assert said(in_stock(), plan, 500, covers_fee=True) == (
        533, 533, "€5.33 today, then €5.33 each month from 25 December 2026. Cancel any time.",
    )  # fmt: skip
    settings.CARD_FEES = []
    assert said(in_stock(), plan, 500, covers_fee=True)[:2] == (500, 500)


@pytest.mark.parametrize(
    ("interval", "days", "words"),
    [
        (Interval.MONTH, 14, "first 14 days are free. Then €10 each month from 9 December 2026."),
        (Interval.YEAR, 1, "first day is free. Then €10 each year from 26 November 2026."),
    ],
)
def test_trial_takes_nothing_today(in_stock, interval, days, words):
    plan = PlanFactory(amount=500, trial_days=days, interval=interval)
    whole = f"Nothing today: the {words} Cancel before, and you pay nothing."
    assert said(in_stock(), plan, 1000) == (0, 1000, whole)
    assert said(in_stock(), plan, 1000, is_newcomer=False)[:2] == (1000, 1000)


@pytest.mark.parametrize(
    ("interval", "periods", "words"),
    [
        (
            Interval.MONTH,
            1,
            "€1 today for the first month. Then €5 each month from 25 December 2026. Cancel any time.",
        ),
        (
            Interval.MONTH,
            3,
            "€1 today and each month for 3 months. Then €5 each month from 25 February 2027. Cancel any time.",
        ),
        (
            Interval.YEAR,
            2,
            "€1 today and each year for 2 years. Then €5 each year from 25 November 2028. Cancel any time.",
        ),
    ],
)
def test_offer_is_said_with_its_dates_and_sums(in_stock, settings, interval, periods, words):
    settings.CARD_FEES = ["EUR=1.5%+0.25"]
    plan = PlanFactory(amount=500, interval=interval)
    IntroductoryOfferFactory(plan=plan, amount=100, periods=periods)
    stock = in_stock()
    assert said(stock, plan, 500) == (100, 500, words)
    assert said(stock, plan, 500, covers_fee=True)[:2] == (133, 533)
    assert said(stock, plan, 501)[:2] == (501, 501)
    assert said(stock, plan, 500, is_newcomer=False)[:2] == (500, 500)


def test_offer_waits_for_its_coupon_at_stripe():
    plan = PlanFactory(amount=500)
    offer = IntroductoryOfferFactory(plan=plan, amount=100, periods=2)
    publish()
    assert said(Stock(), plan, 500)[:2] == (500, 500)
    assert coupon_of(offer).terms == {"amount_off": 400, "currency": "EUR", "months": 2}


@pytest.mark.parametrize(
    "window",
    [
        {"is_active": False},
        {"starts_at": "2999-01-01T00:00Z"},
        {"ends_at": "2020-01-01T00:00Z"},
        {"amount": 500},
    ],
)
def test_offer_that_does_not_run_is_not_made(in_stock, window):
    plan = PlanFactory(amount=500)
    offer = IntroductoryOfferFactory(**{"plan": plan, "amount": 100} | window)
    offer.refresh_from_db()
    plan.refresh_from_db()
    assert quote(plan, 500, stock=in_stock()).first == Money(500, "EUR")
