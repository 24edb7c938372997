"""A checkout that a restored backup has lost is made again from Stripe's copy, if that is ours and says enough."""

from dataclasses import replace

import pytest
from django.db.models import Sum

from members.contributions.contributing import start_contribution
from members.gifts.gift_links import token_for
from members.gifts.gifting import find_gift, start_gift
from members.models import Contribution, Gift, Membership, Signup
from members.selling.joining import start_signup
from payments.enums import Account, AlarmKind, Purpose
from payments.gateway import mapping
from payments.gateway.facts import CustomerFacts
from payments.gateway.opening import metadata_of
from payments.models import Alarm, Checkout, LedgerEntry, Payment, Posting
from payments.money import Money
from payments.recording import record
from tests.factories.members import GiftOfferFactory, PlanFactory
from tests.support.books import assert_books
from tests.support.stripe_side import StripeSide

pytestmark = pytest.mark.django_db

WORDS = {"giver_name": "Gwen", "recipient_name": "Rosa", "message": "Read on!"}


def lost(asked):
    """What Stripe tells of the signup or gift that was paid, while we know nothing of it."""
    checkout = Checkout.objects.get(pk=asked.checkout_id)
    snapshot = StripeSide(checkout).session()
    asked.delete()
    checkout.delete()
    return replace(snapshot, terms=mapping.terms(metadata_of(checkout)))


@pytest.fixture
def join():
    plan = PlanFactory(currency="JPY", amount=1500)
    PlanFactory(tier=plan.tier, currency="JPY", amount=1200, is_active=False)
    came = {"campaign_code": "spring", "attribution": {"utm_source": "letter", "utm_term": "é" * 100}}
    return lost(start_signup(plan=plan, amount=2000, email="Ada@example.org", **came))


@pytest.fixture
def gift():
    offer = GiftOfferFactory(months=3)
    return lost(start_gift(offer=offer, email="gwen@example.org", campaign_code="spring", **WORDS))


def test_donation_is_made_again_and_nobody_is_told_of_it_twice():
    donation = lost(
        start_contribution(
            amount=Money(3000, "EUR"), email="dora@example.org", fee_cover=71, interval="month",
            campaign_code="spring", public_name="Dora", dedication="memory", honoree_name="Grace",
            message="👩‍🚀" * 100, notify_email="family@example.org", attribution={"utm_source": "letter"},
        )
    )  # fmt: skip
    for _ in range(2):
        record(donation)
    given = Contribution.objects.get()
    assert (given.email, given.amount, given.fee_cover, given.interval) == (
        "dora@example.org", 3000, 71, "month",
    )  # fmt: skip
    assert (given.public_name, given.dedication, given.honoree_name, given.notify_email) == (
        "Dora", "memory", "Grace", "",
    )  # fmt: skip
    assert (given.campaign_code, given.attribution) == ("spring", {"utm_source": "letter"})
    assert (given.message, given.user.email) == ("👩‍🚀" * 100, "dora@example.org")
    assert_books()


def suspense():
    """What nothing of ours explains, in minor units."""
    lines = Posting.objects.filter(account=Account.SUSPENSE)
    return -lines.aggregate(total=Sum("amount", default=0))["total"]


def with_terms(snapshot, **changes):
    return replace(snapshot, terms=snapshot.terms | changes)


def without(snapshot, *names):
    return replace(snapshot, terms={name: text for name, text in snapshot.terms.items() if name not in names})


def test_signup_is_made_again_and_what_was_paid_is_delivered(join):
    for _ in range(2):
        record(join)
    checkout, signup = Checkout.objects.get(), Signup.objects.get()
    assert (checkout.reference, checkout.purpose, checkout.money, checkout.interval) == (
        join.reference, Purpose.MEMBERSHIP, Money(2000, "JPY"), "month",
    )  # fmt: skip
    assert signup.attribution == {"utm_source": "letter", "utm_term": "é" * 100}
    assert signup.plan.is_active
    assert (signup.email, signup.amount, signup.campaign_code, signup.is_open) == (
        "ada@example.org", 2000, "spring", False,
    )  # fmt: skip
    membership = Membership.objects.get()
    assert (membership.user.email, membership.tier, membership.campaign_code) == (
        "ada@example.org", signup.plan.tier, "spring",
    )  # fmt: skip
    assert_books()


def test_address_that_stripe_spells_otherwise_is_the_same_reader(join):
    record(replace(join, customer=CustomerFacts(join.customer.stripe_id, "ADA@Example.org")))
    assert (Checkout.objects.get().email, Membership.objects.get().user.email) == ("ada@example.org",) * 2


def test_gift_is_made_again_and_its_link_works(gift):
    reference = gift.terms["gift"]
    record(gift)
    made = Gift.objects.get()
    assert str(made.reference) == reference
    assert (made.months, made.giver_email, made.campaign_code) == (3, "gwen@example.org", "spring")
    assert {name: getattr(made, name) for name in WORDS} == WORDS
    assert find_gift(token_for(made.reference)) == made
    assert_books()


SPOILT = {
    "of another site": lambda told: with_terms(told, site="https://other.example.org"),
    "of no site": lambda told: without(told, "site"),
    "for a purpose that we do not know": lambda told: with_terms(told, purpose="tombola"),
    "for a tier that is gone": lambda told: with_terms(told, tier="gone"),
    "without a tier": lambda told: without(told, "tier"),
    "without an amount": lambda told: without(told, "amount"),
    "with an amount that is none": lambda told: with_terms(told, amount="ten"),
    "without a currency": lambda told: without(told, "currency"),
    "without an address": lambda told: replace(told, customer=CustomerFacts("cus_gone", "")),
    "without a customer": lambda told: replace(told, customer=None, subscription=None),
}
SPOILT_GIFT = {
    "without its reference": lambda told: without(told, "gift"),
    "with another reference": lambda told: with_terms(told, gift="rose"),
    "without its months": lambda told: without(told, "months"),
}


def assert_set_aside(told):
    """Nothing is made, nothing delivered; the money is in the books, and a person knows."""
    record(told)
    assert [model.objects.count() for model in (Checkout, Signup, Gift, Payment, Membership)] == [0] * 5
    assert (suspense(), LedgerEntry.objects.count()) == (told.charge.amount, 1)
    assert Alarm.objects.get(kind=AlarmKind.QUARANTINED).subject == told.charge.stripe_id


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT)
def test_join_that_cannot_be_made_again_is_set_aside(join, spoil):
    assert_set_aside(spoil(join))


@pytest.mark.parametrize("spoil", SPOILT_GIFT.values(), ids=SPOILT_GIFT)
def test_gift_that_cannot_be_made_again_is_set_aside(gift, spoil):
    assert_set_aside(spoil(gift))


def test_what_was_set_aside_is_delivered_when_it_can_be(join):
    record(with_terms(join, tier="gone"))
    record(join)
    assert Membership.objects.count() == 1
    assert suspense() == 0
    assert Alarm.objects.open().count() == 0
    assert_books()
