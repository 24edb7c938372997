"""What staff do in Stripe's dashboard shows in the account, whether an event tells of it or a walk finds it."""

import re

import pytest

from members.models import MembershipChange, User
from payments.models import Payment, Subscription
from tests.factories.members import PlanFactory, TierFactory
from tests.support.at_stripe import in_order, walked
from tests.support.books import assert_books

pytestmark = pytest.mark.django_db


class Account:
    def __init__(self, at_stripe, client, news):
        self.at_stripe, self.client, self.news = at_stripe, client, news
        at_stripe.join(plan=PlanFactory(tier=TierFactory(name="Friend")))
        news(at_stripe)
        self.client.force_login(User.objects.get())

    @property
    def subscription(self):
        return Subscription.objects.get()

    def staff(self, action, **body):
        """Somebody acts in the dashboard, and we come to hear of it; what the page says then."""
        body = {"subscription": self.subscription.stripe_id} | body if action in ON_SUBSCRIPTION else body
        self.at_stripe.switch("dashboard", {"action": action} | body)
        self.news(self.at_stripe)
        assert_books()
        return self.reads()

    def reads(self):
        page = self.client.get("/account/").content.decode()
        return " ".join(re.sub(r"<[^>]+>", " ", page).split())


ON_SUBSCRIPTION = ("cancel", "change_price", "pause", "resume")


@pytest.fixture(params=[in_order, walked], ids=lambda news: news.__name__)
def account(request, at_stripe, client):
    return Account(at_stripe, client, request.param)


def last_change():
    return MembershipChange.objects.done().values_list("kind", "actor_kind").first()


def test_cancelled_for_the_end_of_the_period(account):
    page = account.staff("cancel", at_period_end=True)
    assert "Nothing more is charged." in page
    assert "(at Stripe)" in page
    assert "Keep my membership" in page
    assert last_change() == ("cancelled", "stripe")


def test_cancelled_at_once(account):
    page = account.staff("cancel")
    assert "It has ended, and nothing more is charged. You keep what you paid for until" in page
    assert "Cancel membership" not in page


def test_other_price(account):
    product = account.at_stripe.api.products.create({"name": "Friend"}).id
    price = account.at_stripe.api.prices.create(
        {"currency": "eur", "unit_amount": 1500, "product": product, "recurring": {"interval": "month"}}
    )
    page = account.staff("change_price", price=price.id, proration_behavior="none")
    assert "€15 a month" in page
    assert "Changed from Friend, €10 a month to Friend, €15 a month. (at Stripe)" in page


def test_paused_and_resumed(account):
    page = account.staff("pause")
    assert "nothing is charged until it is resumed" in page
    assert "Paused. (at Stripe)" in page
    page = account.staff("resume")
    assert "Resumed. (at Stripe)" in page
    assert "and it goes on from there" in page


def test_customer_deleted(account):
    page = account.staff("delete_customer", customer=account.subscription.customer.stripe_id)
    assert "It has ended, and nothing more is charged." in page
    assert "Change card" not in page


def test_refunded(account):
    page = account.staff("refund", charge=Payment.objects.get().charge_id)
    assert "Your money was given back. What it paid for is over. (at Stripe)" in page
    assert "Your last payment went back to you, so you are no member just now." in page
    receipts = account.client.get("/account/receipts/").content.decode()
    assert "-€10" in receipts
