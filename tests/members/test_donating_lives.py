"""Donations at a real sandbox, on its clock: renewed, given back, disputed, stopped."""

import pytest

from members.changes import changing
from members.changes.history import story_of
from members.enums import ChangeKind, MailKind
from members.models import Contribution, MembershipChange, OutgoingMail, User
from payments.enums import Account, Standing
from payments.models import Alarm, Payment, Subscription
from tests.support.at_stripe import ALL_NEWS
from tests.support.books import assert_agreed, balances

pytestmark = pytest.mark.django_db


def revenue():
    """What donors gave and left with us, in cents."""
    return -balances().get((Account.DONATION_REVENUE, "EUR"), 0)


def test_monthly_donor_gives_until_they_stop(at_stripe, client):
    at_stripe.donate(interval="month", fee_cover=71)
    at_stripe.tell()
    assert (revenue(), Payment.objects.count()) == (3071, 1)
    with at_stripe.later(32):
        assert (revenue(), Payment.objects.count()) == (2 * 3071, 2)
        assert_agreed()
        donor, subscription = User.objects.get(), Subscription.objects.get()
        client.force_login(donor, backend="allauth.account.auth_backends.AuthenticationBackend")
        client.post(f"/account/contributions/{Contribution.objects.get().pk}/stop/")
        assert "Nothing more is charged" in client.get("/account/contributions/").content.decode()
        change = MembershipChange.objects.get()
        assert (change.kind, change.actor, change.done_at is not None) == (ChangeKind.CANCELLED, donor, True)
        with at_stripe.later(40):
            assert (revenue(), Payment.objects.count()) == (2 * 3071, 2)
            subscription.refresh_from_db()
            assert (subscription.status, list(story_of(donor))) == ("canceled", [])
            assert OutgoingMail.objects.filter(kind=MailKind.DONATION_RECEIVED).count() == 1
            assert_agreed()


def test_stop_is_taken_back_in_time(at_stripe):
    at_stripe.donate(interval="year")
    at_stripe.tell()
    subscription, donor = Subscription.objects.get(), User.objects.get()
    changing.cancel(subscription=subscription, actor=donor)
    changing.keep(subscription=subscription, actor=donor)
    with at_stripe.later(370):
        assert (Payment.objects.count(), revenue()) == (2, 6000)
        assert_agreed()


@pytest.mark.parametrize("news", ALL_NEWS, ids=lambda each: each.__name__)
def test_donation_is_given_back_in_parts(at_stripe, news):
    charge = at_stripe.charge_of(at_stripe.donate())
    at_stripe.api.refunds.create({"charge": charge.id, "amount": 1000})
    news(at_stripe)
    assert (revenue(), Payment.objects.get().standing) == (2000, Standing.HELD)
    at_stripe.api.refunds.create({"charge": charge.id})
    news(at_stripe)
    assert (revenue(), Payment.objects.get().standing) == (0, Standing.RETURNED)
    assert_agreed()


@pytest.mark.parametrize(("outcome", "left"), [("won", 3000), ("lost", 0)])
def test_donation_is_disputed(at_stripe, outcome, left):
    charge = at_stripe.charge_of(at_stripe.donate(interval="month"))
    dispute = at_stripe.switch("dispute", {"charge": charge.id})
    at_stripe.tell()
    assert (revenue(), balances()[Account.DISPUTES, "EUR"]) == (3000, 3000)
    at_stripe.switch("dispute/close", {"dispute": dispute["id"], "outcome": outcome})
    at_stripe.tell()
    assert revenue() == left
    assert Alarm.objects.count() == 0
    assert_agreed()
