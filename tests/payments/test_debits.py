"""A bank debit is days on its way: nothing is granted and nothing counted until the money is there."""

import pytest

from campaigns.progress import measure
from members.models import Gift, Membership
from payments.enums import CheckoutStatus, EntryKind
from payments.models import Checkout, LedgerEntry, Payment, Subscription
from tests.factories.campaigns import CampaignFactory
from tests.support.at_stripe import ALL_NEWS
from tests.support.books import assert_agreed, kinds

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.parametrize("news", ALL_NEWS, ids=lambda each: each.__name__),
]
IBAN = "AT321904300235473204"  # pays, three minutes later


def status():
    return Checkout.objects.get().status


@pytest.mark.parametrize("kind", ["join", "give"])
def test_debit_that_arrives_grants_when_it_is_there(at_stripe, news, kind):
    campaign = CampaignFactory(gifts_count="purchase")
    checkout = getattr(at_stripe, kind)(iban=IBAN)
    news(at_stripe)
    assert (Payment.objects.count(), LedgerEntry.objects.count(), Membership.objects.count()) == (0, 0, 0)
    assert (measure(campaign).count, status() in (CheckoutStatus.PENDING, CheckoutStatus.OPEN)) == (0, True)
    at_stripe.switch("settle", {"session": checkout.session_id, "outcome": "succeeded"})
    news(at_stripe)
    assert (status(), measure(campaign).count, kinds()) == (CheckoutStatus.PAID, 1, [EntryKind.PAYMENT])
    assert Membership.objects.count() == (1 if kind == "join" else 0)
    assert Gift.objects.filter(payment__isnull=False).count() == (0 if kind == "join" else 1)
    assert_agreed()


@pytest.mark.parametrize("kind", ["join", "give"])
def test_debit_that_the_bank_refuses_days_later_grants_nothing(at_stripe, news, kind, backdated):
    checkout = getattr(at_stripe, kind)(iban=IBAN)
    news(at_stripe)
    at_stripe.switch("settle", {"session": checkout.session_id, "outcome": "failed"})
    backdated()
    news(at_stripe)
    assert (status(), Payment.objects.count(), kinds()) == (CheckoutStatus.FAILED, 0, [])
    assert Membership.objects.count() == Gift.objects.filter(payment__isnull=False).count() == 0
    assert set(Subscription.objects.values_list("status", flat=True)) <= {
        "past_due",
        "canceled",
        "incomplete",
    }
    assert_agreed()


@pytest.fixture
def backdated():
    """The checkout is so old that a walk asks what became of it."""

    def date_back():
        for checkout in Checkout.objects.all():
            checkout.created_at = checkout.created_at.replace(year=checkout.created_at.year - 1)
            checkout.save(update_fields=["created_at"])

    return date_back
