"""What staff do in Stripe's dashboard behind our back: it shows here, and gives nobody anything for free."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from members.enums import ActorKind, ChangeKind
from members.models import Membership, MembershipChange
from payments.checking.findings import findings
from payments.models import Payment, Subscription
from tests.support.at_stripe import ALL_NEWS
from tests.support.books import assert_agreed, assert_books

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


def test_renewal_at_a_price_that_staff_set_is_followed(at_stripe, news):
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
        assert list(Payment.objects.order_by("paid_at").values_list("amount", flat=True)) == [1000, 100]
        assert [each.is_active for each in Membership.objects.order_by("starts_on")] == [False, True]
        changes = MembershipChange.objects.filter(kind=ChangeKind.SWITCHED)
        assert [(each.actor_kind, each.before["amount"], each.after["amount"]) for each in changes] == [
            (ActorKind.STRIPE, 1000, 100)
        ]
        assert list(findings(is_offline=False)) == []
        assert_books()
