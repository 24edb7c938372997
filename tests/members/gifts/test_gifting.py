from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from members.enums import MailKind, Origin
from members.gifts.gift_links import hash_of, token_for
from members.gifts.gifting import CLAIM_WINDOW, CannotRedeem, find_gift, redeem_gift, start_gift
from members.models import Gift, Membership, OutgoingMail, User
from payments.enums import Account, CheckoutStatus, EntryKind, Purpose
from payments.models import Checkout, LedgerEntry
from payments.money import Money
from payments.recording import record
from tests.factories.members import GiftOfferFactory, TierFactory, UserFactory
from tests.support.stories import give, join
from tests.support.stripe_side import StripeSide
from tests.support.threads import all_at_once

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("books")]


# --- asking ----------------------------------------------------------------------------------------


def test_gift_is_written_down_with_its_checkout():
    offer = GiftOfferFactory(months=6)
    gift = start_gift(
        offer=offer,
        email=" Ada@Example.org",
        giver_name="Ada",
        recipient_name="Bob",
        message="Read well",
        campaign_code="birthday",
    )
    kept = Gift.objects.get()
    assert kept == gift
    assert (kept.giver_email, kept.giver_name, kept.recipient_name, kept.message, kept.campaign_code) == (
        "ada@example.org",
        "Ada",
        "Bob",
        "Read well",
        "birthday",
    )
    assert (kept.tier, kept.months, kept.is_open, kept.payment, kept.claim_until) == (
        offer.tier,
        6,
        True,
        None,
        None,
    )
    assert kept.token_hash == hash_of(token_for(kept.reference))
    assert (kept.checkout.purpose, kept.checkout.money, kept.checkout.interval) == (
        Purpose.GIFT,
        Money(9000, "EUR"),
        "",
    )


def test_asked_again_it_is_the_same_gift():
    offer = GiftOfferFactory()
    first = start_gift(offer=offer, email="ada@example.org", message="Read well")
    second = start_gift(offer=offer, email="ADA@example.org", message="Read well")
    assert (second, second.checkout) == (first, first.checkout)
    assert Gift.objects.count() == 1


def test_other_words_leave_a_gift_that_is_being_paid_alone():
    offer = GiftOfferFactory()
    first = start_gift(offer=offer, email="ada@example.org", message="Read well")
    second = start_gift(offer=offer, email="ada@example.org", message="Not from Ada")
    assert second.checkout != first.checkout
    assert Gift.objects.get(pk=first.pk).message == "Read well"


@pytest.mark.parametrize(("months", "words"), [(1, "1 month"), (12, "12 months")])
def test_giver_reads_on_stripes_page_what_they_give(months, words):
    gift = start_gift(offer=GiftOfferFactory(months=months), email="ada@example.org")
    assert gift.checkout.description == f"Gift: {words}, Friend"


def test_gifts_for_two_people_are_two():
    offer = GiftOfferFactory()
    start_gift(offer=offer, email="ada@example.org", recipient_name="Bob")
    start_gift(offer=offer, email="ada@example.org", recipient_name="Cem")
    assert Gift.objects.filter(is_open=True).count() == 2


def test_other_currency_is_another_gift():
    tier = TierFactory()
    for currency in ("EUR", "USD"):
        gift = start_gift(offer=GiftOfferFactory(tier=tier, currency=currency), email="ada@example.org")
        assert gift.checkout.currency == currency
    assert list(Gift.objects.order_by("pk").values_list("is_open", flat=True)) == [False, True]


def test_page_that_closed_makes_a_new_gift(time_machine_now):
    offer = GiftOfferFactory()
    old = start_gift(offer=offer, email="ada@example.org")
    time_machine_now.shift(timedelta(hours=2))
    new = start_gift(offer=offer, email="ada@example.org")
    assert new.reference != old.reference
    assert list(Gift.objects.order_by("pk").values_list("is_open", flat=True)) == [False, True]


@pytest.mark.django_db(transaction=True)
def test_twenty_clicks_make_one_gift():
    offer = GiftOfferFactory()
    found = all_at_once(lambda _: start_gift(offer=offer, email="ada@example.org").pk)
    assert found == [Gift.objects.get().pk] * 20
    assert Checkout.objects.count() == 1


# --- paying ----------------------------------------------------------------------------------------


def test_paid_gift_can_be_claimed_for_a_year_and_its_giver_is_told():
    gift = give("ada@example.org")
    assert gift.payment.user == User.objects.get(email="ada@example.org")
    assert (gift.is_open, gift.claim_until) == (False, gift.payment.paid_at + CLAIM_WINDOW)
    owed = OutgoingMail.objects.values_list("kind", "reference", "recipient")
    assert list(owed) == [(MailKind.GIFT_READY, str(gift.pk), "ada@example.org")]
    assert Membership.objects.count() == 0


def test_gift_paid_again_by_a_repeated_event_is_one_gift():
    gift = start_gift(offer=GiftOfferFactory(), email="ada@example.org")
    side = StripeSide(gift.checkout)
    for _ in range(3):
        record(side.session())
    assert OutgoingMail.objects.count() == LedgerEntry.objects.count() == 1


def test_two_gifts_and_a_membership_of_one_giver_hit_their_own():
    offer = GiftOfferFactory()
    for name in ("Bob", "Cem"):
        give("ada@example.org", offer=offer, recipient_name=name)
    join("ada@example.org")
    assert Gift.objects.filter(payment__isnull=False).count() == 2
    assert Membership.objects.count() == 1
    assert User.objects.count() == 1


# --- redeeming -------------------------------------------------------------------------------------


def test_redeemed_gift_is_a_membership_from_today(time_machine_now):
    time_machine_now.move_to("2027-01-31T12:00Z")
    gift = give("ada@example.org", offer=GiftOfferFactory(months=1), campaign_code="birthday")
    reader = UserFactory()
    membership = redeem_gift(gift=gift, user=reader)
    assert Membership.objects.get() == membership
    assert (membership.user, membership.tier, membership.origin, membership.gift) == (
        reader,
        gift.tier,
        Origin.GIFT,
        gift,
    )
    assert (membership.starts_on, membership.ends_on) == (date(2027, 1, 31), date(2027, 2, 28))
    assert (membership.granted_at, membership.campaign_code) == (timezone.now(), "birthday")
    kept = Gift.objects.get()
    assert (kept.redeemed_at, kept.redeemed_by, kept.is_redeemed) == (timezone.now(), reader, True)


def test_redeemed_gift_is_posted_once_and_its_giver_is_told():
    gift = give("ada@example.org")
    redeem_gift(gift=gift, user=UserFactory())
    entry = LedgerEntry.objects.get(kind=EntryKind.GIFT_REDEEMED)
    assert (entry.source, entry.payment) == (f"gift:{gift.reference}", gift.payment)
    assert set(entry.postings.values_list("account", "amount")) == {
        (Account.GIFT_LIABILITY, 9000),
        (Account.DEFERRED_MEMBERSHIP, -9000),
    }
    told = OutgoingMail.objects.filter(kind=MailKind.GIFT_REDEEMED)
    assert list(told.values_list("recipient", flat=True)) == ["ada@example.org"]


def test_same_person_again_gets_the_membership_that_there_is():
    gift, reader = give("ada@example.org"), UserFactory()
    first = redeem_gift(gift=gift, user=reader)
    assert redeem_gift(gift=Gift.objects.get(), user=reader) == first
    assert Membership.objects.count() == 1


def test_somebody_else_gets_nothing():
    gift, winner = give("ada@example.org"), UserFactory()
    redeem_gift(gift=gift, user=winner)
    with pytest.raises(CannotRedeem, match="somebody else"):
        redeem_gift(gift=gift, user=UserFactory())
    assert Membership.objects.get().user == winner


def test_giver_may_redeem_their_own_gift():
    gift = give("ada@example.org")
    assert redeem_gift(gift=gift, user=gift.payment.user).user == gift.payment.user


@pytest.mark.django_db(transaction=True)
def test_of_twenty_people_at_once_exactly_one_redeems():
    gift = give("ada@example.org")
    readers = [UserFactory() for _ in range(20)]
    results = all_at_once(lambda number: redeem_gift(gift=Gift.objects.get(pk=gift.pk), user=readers[number]))
    won = [result for result in results if isinstance(result, Membership)]
    assert [type(result) for result in results if result not in won] == [CannotRedeem] * 19
    assert list(Membership.objects.all()) == won
    assert Gift.objects.get().redeemed_by == won[0].user


@pytest.mark.django_db(transaction=True)
def test_of_twenty_clicks_of_one_person_all_give_the_one_membership():
    gift, reader = give("ada@example.org"), UserFactory()
    results = all_at_once(lambda _: redeem_gift(gift=Gift.objects.get(pk=gift.pk), user=reader).pk)
    assert results == [Membership.objects.get().pk] * 20


@pytest.mark.parametrize(("seconds", "is_redeemed"), [(-1, True), (0, False), (1, False)])
def test_gift_can_be_redeemed_until_its_time_is_over(time_machine_now, seconds, is_redeemed):
    gift = give("ada@example.org")
    time_machine_now.move_to(gift.claim_until + timedelta(seconds=seconds))
    if is_redeemed:
        redeem_gift(gift=gift, user=UserFactory())
    else:
        with pytest.raises(CannotRedeem, match="time is over"):
            redeem_gift(gift=gift, user=UserFactory())
    assert Membership.objects.exists() is is_redeemed
    assert Gift.objects.get().is_redeemed is is_redeemed


@pytest.mark.parametrize("status", [None, CheckoutStatus.PENDING, CheckoutStatus.EXPIRED])
def test_gift_that_is_not_paid_cannot_be_found_or_redeemed(status):
    gift = start_gift(offer=GiftOfferFactory(), email="ada@example.org")
    if status:
        record(StripeSide(gift.checkout).session(status))
    assert find_gift(token_for(gift.reference)) is None
    with pytest.raises(CannotRedeem):
        redeem_gift(gift=gift, user=UserFactory())
    assert Membership.objects.count() == 0


def test_failed_redemption_changes_nothing(monkeypatch):
    gift = give("ada@example.org")

    def fail(**_):
        raise RuntimeError("no books")

    with monkeypatch.context() as patch:
        patch.setattr("members.gifts.gifting.post_gift_redeemed", fail)
        with pytest.raises(RuntimeError):
            redeem_gift(gift=gift, user=UserFactory())
    assert (Gift.objects.get().redeemed_at, Membership.objects.count()) == (None, 0)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda gift: Gift.objects.update(redeemed_at=timezone.now()),
        lambda gift: Gift.objects.update(redeemed_by=UserFactory()),
        lambda gift: Gift.objects.update(claim_until=None),
        lambda gift: Gift.objects.update(is_open=True),
    ],
)
def test_database_refuses_half_a_redemption_and_half_a_payment(wrong):
    gift = give("ada@example.org")
    with pytest.raises(IntegrityError), transaction.atomic():
        wrong(gift)


def test_database_refuses_to_redeem_what_is_not_paid():
    start_gift(offer=GiftOfferFactory(), email="ada@example.org")
    with pytest.raises(IntegrityError, match="gift_redeemed_by_somebody"), transaction.atomic():
        Gift.objects.update(redeemed_at=timezone.now(), redeemed_by=UserFactory())


@pytest.mark.parametrize("token", ["", "x", "\0", "é" * 50, "a" * 5000])
def test_unknown_token_finds_nothing(token):
    give("ada@example.org")
    assert find_gift(token) is None
