from datetime import timedelta

import pytest
from django.utils import timezone

from members.enums import ActorKind, ChangeKind, Origin
from members.gifts.gifting import redeem_gift, start_gift
from members.models import Gift, Membership, MembershipChange
from members.selling.joining import start_signup
from payments import recording
from payments.models import Subscription
from tests.factories.members import GiftOfferFactory, ImportedMembershipFactory, PlanFactory, UserFactory
from tests.support.queries import count_queries
from tests.support.stripe_side import StripeSide
from tests.support.words import words

pytestmark = pytest.mark.django_db


@pytest.fixture
def side():
    return StripeSide(start_signup(plan=PlanFactory(), amount=1000, email="ada@example.org").checkout)


def page_of(user):
    return f"/staff/members/{user.pk}/"


def test_page_shows_what_a_member_pays_and_how_it_stands(support, side):
    recording.record(side.session())
    ada = Membership.objects.get().user
    page = words(support, page_of(ada))
    for said in (
        "ada@example.org",
        "https://dashboard.stripe.com/test/subscriptions/",
        "€10</strong> each month",
        "€10</strong> for a membership",
        ">Paid<",
        ">active<",
        "Friend",
    ):
        assert said in page
    recording.record(side.affairs(refunds=[side.refund(1000)]))
    page = words(support, page_of(ada))
    assert ">Returned<" in page
    assert ">Refunded<" in page


def test_page_shows_a_gift_to_both_its_sides(support):

    gift = start_gift(offer=GiftOfferFactory(), email="gabriel@example.org", recipient_name="Bo")
    recording.record(StripeSide(gift.checkout).session())
    bo = UserFactory(email="bo@example.org")
    redeem_gift(gift=Gift.objects.get(), user=bo)
    giver = Gift.objects.get().payment.user
    assert "Given to Bo · opened by bo@example.org" in words(support, page_of(giver))
    assert "From gabriel@example.org" in words(support, page_of(bo))


def test_history_says_what_when_who_and_why(support):
    ada = UserFactory()
    now = timezone.now()
    MembershipChange.objects.create(
        kind=ChangeKind.SWITCHED,
        user=ada,
        actor_kind=ActorKind.READER,
        actor=ada,
        reason="Costs <too> much",
        before={"tier": "Keeper", "amount": 2000, "currency": "EUR"},
        after={"tier": "Friend", "amount": 500, "currency": "EUR"},
        done_at=now,
    )
    MembershipChange.objects.create(
        kind=ChangeKind.CANCELLED, user=ada, actor_kind=ActorKind.STRIPE, failed_at=now, error="No such sub"
    )
    MembershipChange.objects.create(kind=ChangeKind.PAUSED, user=ada, actor_kind=ActorKind.SYSTEM)
    page = words(support, page_of(ada))
    for said in (
        'Tier: Keeper <span aria-hidden="true">→</span>',
        "€20",
        "“Costs &lt;too&gt; much”",
        f"Reader · {ada.email}",
        "Refused: No such sub",
        "Asked of Stripe, not answered yet",
    ):
        assert said in page


def test_page_takes_as_many_queries_for_fifty_rows_as_for_one(support):
    ada = UserFactory()
    today = timezone.localdate()

    def more(number):
        for _ in range(number):
            row = ImportedMembershipFactory(
                user=ada, starts_on=today, ends_on=today + timedelta(days=9), origin=Origin.COMP
            )
            MembershipChange.objects.create(
                kind=ChangeKind.GRANTED, user=ada, membership=row, actor_kind="staff", actor=support.user
            )

    more(1)
    few = count_queries(support, page_of(ada))
    more(50)
    assert count_queries(support, page_of(ada)) == few
    assert "The newest 50 of 51." in words(support, page_of(ada))
    assert Subscription.objects.count() == 0


def test_nobody_has_no_page(support):
    assert support.get("/staff/members/999/").status_code == 404
