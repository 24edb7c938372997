"""What staff do in Stripe's dashboard behind our back: it shows here, and gives nobody anything for free."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from members.models import Membership
from payments.checking.findings import findings
from payments.enums import Account, AlarmKind, EntryKind
from payments.models import Alarm, Payment, Subscription
from tests.support.at_stripe import ALL_NEWS
from tests.support.books import assert_agreed, assert_books, balances, kinds

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.parametrize("news", ALL_NEWS, ids=lambda each: each.__name__),
]
MONTH = 32 * 86400


def test_cancelled_now_ends_the_subscription_and_leaves_what_was_paid_for(at_stripe, news):
    at_stripe.join()
    news(at_stripe)
    subscription = Subscription.objects.get()
    at_stripe.switch("dashboard", {"action": "cancel", "subscription": subscription.stripe_id})
    news(at_stripe)
    subscription.refresh_from_db()
    assert (subscription.status, subscription.is_ending) == ("canceled", True)
    assert Membership.objects.get().is_active
    assert_agreed()


def test_renewal_at_a_price_that_we_do_not_know_grants_nothing_and_is_told(at_stripe, news):
    at_stripe.join()
    news(at_stripe)
    subscription = Subscription.objects.get()
    recurring = {"currency": "eur", "unit_amount": 100, "recurring": {"interval": "month"}}
    price = at_stripe.api.prices.create(recurring | {"product_data": {"name": "Nearly free"}})
    at_stripe.switch(
        "dashboard",
        {
            "action": "change_price",
            "subscription": subscription.stripe_id,
            "price": price.id,
            "proration_behavior": "none",
        },
    )
    at_stripe.switch("clock", {"advance": MONTH})
    with time_machine.travel(timezone.now() + timedelta(seconds=MONTH), tick=True):
        news(at_stripe)
        assert (Payment.objects.count(), Membership.objects.count()) == (1, 1)
        assert not Membership.objects.get().is_active
        assert kinds() == [EntryKind.PAYMENT, EntryKind.UNALLOCATED]
        assert balances()[Account.SUSPENSE, "EUR"] == -100
        alarm = Alarm.objects.open().get(kind=AlarmKind.QUARANTINED)
        assert "took 100 EUR" in alarm.message
        assert [each.check for each in findings(is_offline=False)] == ["money_unallocated"]
        # Given back, nothing is left to look at.
        at_stripe.api.refunds.create({"charge": alarm.subject})
        news(at_stripe)
        assert Alarm.objects.open().filter(kind=AlarmKind.QUARANTINED).count() == 0
        assert (Account.SUSPENSE, "EUR") not in balances()
        assert list(findings(is_offline=False)) == []
        assert_books()
