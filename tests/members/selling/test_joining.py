from datetime import timedelta

import pytest

from members.models import Membership, Signup
from members.selling.joining import start_signup
from payments.checkout import open_checkout
from payments.enums import CheckoutStatus, Interval, Purpose
from payments.models import Checkout
from payments.money import Money
from payments.recording import record
from tests.factories.members import PlanFactory, UserFactory
from tests.support.stripe_side import StripeSide
from tests.support.threads import all_at_once

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("books")]


@pytest.fixture
def plan(db):
    return PlanFactory()


def ask(plan, email="ada@example.org", amount=1500, **more):
    return start_signup(plan=plan, amount=amount, email=email, **more)


def test_request_is_written_down_with_its_checkout(plan):
    signup = ask(plan, email=" Ada@Example.org", campaign_code="birthday")
    kept = Signup.objects.get()
    assert kept == signup
    assert (kept.email, kept.amount, kept.campaign_code, kept.is_open, kept.user) == (
        "ada@example.org",
        1500,
        "birthday",
        True,
        None,
    )
    checkout = kept.checkout
    assert (checkout.purpose, checkout.email, checkout.money, checkout.interval) == (
        Purpose.MEMBERSHIP,
        "ada@example.org",
        Money(1500, "EUR"),
        Interval.MONTH,
    )
    assert checkout.description == "Friend"


@pytest.mark.parametrize("spelling", ["ada@example.org", "ADA@example.org "])
def test_asked_again_it_is_the_same_request(plan, spelling):
    assert ask(plan) == ask(plan, email=spelling)
    assert Signup.objects.count() == Checkout.objects.count() == 1


def test_other_amounts_plans_and_addresses_are_other_requests(plan):
    ask(plan)
    ask(plan, amount=2000)
    ask(plan, email="bob@example.org")
    ask(PlanFactory())
    assert Signup.objects.filter(is_open=True).count() == 4


def test_one_reader_may_ask_in_two_currencies(plan):
    ask(plan)
    dollars = ask(PlanFactory(tier=plan.tier, currency="USD"))
    assert Signup.objects.filter(is_open=True).count() == 2
    assert dollars.checkout.money == Money(1500, "USD")


@pytest.mark.django_db(transaction=True)
def test_twenty_clicks_make_one_request_and_one_page(stripe_page):
    plan = PlanFactory()

    def click(_):
        return open_checkout(ask(plan).checkout, return_view="thanks", cancel_path="/join/")

    urls = all_at_once(click)
    assert Signup.objects.count() == Checkout.objects.count() == 1
    assert urls == [Checkout.objects.get().url] * 20
    assert stripe_page.keys == {str(Checkout.objects.get().idempotency_key)}


@pytest.mark.django_db(transaction=True)
def test_twenty_clicks_after_the_page_closed_make_one_new_request():
    plan = PlanFactory()
    old = ask(plan)
    Checkout.objects.update(status=CheckoutStatus.EXPIRED)
    found = all_at_once(lambda _: ask(plan).pk)
    assert found == [Signup.objects.get(is_open=True).pk] * 20
    assert Signup.objects.exclude(pk=old.pk).count() == 1


def test_page_that_closed_makes_a_new_request(plan, time_machine_now):
    old = ask(plan)
    time_machine_now.shift(timedelta(hours=2))
    new = ask(plan)
    assert new != old
    assert new.checkout.idempotency_key != old.checkout.idempotency_key
    assert list(Signup.objects.order_by("pk").values_list("is_open", flat=True)) == [False, True]


def test_page_that_closed_and_was_paid_after_all_still_counts(plan, time_machine_now):
    old = ask(plan)
    time_machine_now.shift(timedelta(hours=2))
    ask(plan)
    record(StripeSide(old.checkout).session())
    assert Membership.objects.count() == 1
    assert Signup.objects.get(is_open=True).checkout != old.checkout


def test_member_who_asks_again_gets_a_new_request(plan):
    first = ask(plan)
    record(StripeSide(first.checkout).session())
    assert ask(plan) != first
    assert list(Signup.objects.order_by("pk").values_list("is_open", flat=True)) == [False, True]


def test_request_of_somebody_signed_in_is_not_the_anonymous_one(plan):
    anonymous = ask(plan)
    reader = UserFactory(email="ada@example.org")
    mine = ask(plan, user=reader)
    assert mine != anonymous
    assert mine.checkout.user == reader


def test_less_than_the_plan_costs_is_refused(plan):
    with pytest.raises(ValueError, match="999 is less than"):
        ask(plan, amount=999)
    assert Signup.objects.count() == Checkout.objects.count() == 0
