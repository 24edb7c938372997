"""Whole lives of memberships at a real sandbox; after each step page, rows and books tell the same."""

from datetime import date, timedelta

import pytest
from django.utils import timezone, translation
from django.utils.formats import date_format

from members.changes.history import story_of
from members.enums import ChangeKind, Origin
from members.memberships.enrolments import next_charge_at
from members.models import Membership, User
from members.periods import add_months
from members.queries import count_new_members
from members.selling.joining import start_signup
from payments.enums import Uncharged
from payments.models import Checkout, Payment, Subscription, UnchargedInvoice
from payments.reconciling.walking import walk
from tests.factories.members import PlanFactory
from tests.support.at_stripe import ALL_NEWS
from tests.support.books import assert_agreed

pytestmark = pytest.mark.django_db


def assert_told(client, *, ends_on: date, is_active: bool = True) -> None:
    """The account page, the rows and the books say the same."""
    latest = Membership.objects.latest("ends_on")
    assert (latest.ends_on, latest.is_active) == (ends_on, is_active)
    client.force_login(User.objects.get(), backend="allauth.account.auth_backends.AuthenticationBackend")
    page = client.get("/account/").content.decode()
    with translation.override("en"):
        assert date_format(ends_on, "DATE_FORMAT") in page
    assert_agreed()


def test_a_year_of_a_monthly_member(at_stripe, client):
    at_stripe.join()
    at_stripe.tell()
    start = Membership.objects.get().starts_on
    assert_told(client, ends_on=add_months(start, 1))
    _live_on(at_stripe, client, start, 2)


def _live_on(at_stripe, client, start: date, month: int) -> None:
    if month > 13:
        assert [change.kind for change in story_of(User.objects.get())] == [
            *[ChangeKind.RENEWED] * 12, ChangeKind.JOINED,
        ]  # fmt: skip
        return
    days = (add_months(start, month) - timezone.localdate()).days - 1
    with at_stripe.later(days):
        assert Payment.objects.count() == month
        assert_told(client, ends_on=add_months(start, month))
        _live_on(at_stripe, client, start, month + 1)


def trial(at_stripe, **asked) -> Checkout:
    """Somebody begins with a trial of fourteen days."""
    plan = PlanFactory()
    checkout = start_signup(plan=plan, amount=plan.amount, email="ada@example.org", **asked).checkout
    Checkout.objects.filter(pk=checkout.pk).update(trial_days=14, first_amount=0)
    at_stripe.open(Checkout.objects.get(pk=checkout.pk))
    checkout.refresh_from_db()
    return at_stripe.press(checkout)


@pytest.mark.parametrize("news", ALL_NEWS, ids=lambda each: each.__name__)
def test_trial_gives_access_and_is_followed_by_the_first_payment(at_stripe, client, news):
    trial(at_stripe)
    news(at_stripe)
    membership = Membership.objects.get()
    assert (membership.origin, Payment.objects.count()) == (Origin.TRIAL, 0)
    assert (membership.ends_on - membership.starts_on).days == 14
    assert Subscription.objects.get().is_on_trial
    assert_told(client, ends_on=membership.ends_on)
    with at_stripe.later(15):
        news(at_stripe)
        assert [each.origin for each in Membership.objects.order_by("starts_on")] == [
            Origin.TRIAL, Origin.PAID,
        ]  # fmt: skip
        assert [change.kind for change in story_of(User.objects.get())] == [
            ChangeKind.RENEWED, ChangeKind.TRIAL_STARTED,
        ]  # fmt: skip
        assert [each.origin for each in Membership.objects.of_newcomers()] == [Origin.TRIAL, Origin.PAID]
        start = timezone.now() - timedelta(days=30)
        assert count_new_members(start=start, end=timezone.now(), are_gifts_included=True) == 1
        assert next_charge_at(Subscription.objects.get()) > timezone.now()
        assert_told(client, ends_on=add_months(membership.ends_on, 1))


@pytest.mark.parametrize("news", ALL_NEWS, ids=lambda each: each.__name__)
def test_renewal_that_credit_pays_grants_as_money_does(at_stripe, client, news):
    at_stripe.join()
    news(at_stripe)
    first = Membership.objects.get()
    customer = Subscription.objects.get().customer.stripe_id
    at_stripe.api.customers.balance_transactions.create(customer, {"amount": -1000, "currency": "eur"})
    with at_stripe.later(32):
        news(at_stripe)
        invoice = UnchargedInvoice.objects.get()
        assert (invoice.reason, invoice.amount) == (Uncharged.CREDIT, 1000)
        assert (Payment.objects.count(), invoice.membership.starts_on) == (1, first.ends_on)
        assert_told(client, ends_on=add_months(first.ends_on, 1))


def test_period_that_no_event_told_of_is_found_by_a_walk(at_stripe):
    at_stripe.join()
    at_stripe.tell()
    customer = Subscription.objects.get().customer.stripe_id
    at_stripe.api.customers.balance_transactions.create(customer, {"amount": -1000, "currency": "eur"})
    at_stripe.sandbox.switch("faults", {"webhooks": {"never_generated": 1}})
    with at_stripe.later(32):
        assert UnchargedInvoice.objects.count() == 0
        walk()
        assert UnchargedInvoice.objects.get().membership.is_active
        assert_agreed()
