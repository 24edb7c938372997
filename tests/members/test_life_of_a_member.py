"""A member's years on Stripe's test clock: after each step the page, the rows and the books say the same."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client

from members.models import Membership, MembershipChange, OutgoingMail, User
from payments.enums import Interval
from payments.models import Payment
from tests.factories.members import PlanFactory, TierFactory
from tests.support.books import assert_books
from tests.support.clocked import ClockedMember

pytestmark = pytest.mark.django_db

START = datetime(2027, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def clock():
    with time_machine.travel(START) as clock:
        yield clock


@pytest.fixture
def tiers():
    """Friend for €10 a month or €100 a year, Keeper for twice that."""
    made = {}
    for position, (name, amount) in enumerate([("Friend", 1000), ("Keeper", 2000)]):
        tier = TierFactory(name=name, position=position)
        made[name, "month"] = PlanFactory(tier=tier, amount=amount)
        made[name, "year"] = PlanFactory(tier=tier, amount=10 * amount, interval=Interval.YEAR)
    return made


class Reader:
    """The member at their account, without JavaScript."""

    def __init__(self, member):
        self.member, self.client = member, Client()
        self.sign_in()

    def sign_in(self):
        self.client.force_login(User.objects.get(email="ada@example.org"))

    def reads(self, response):
        return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())

    def account(self):
        response = self.client.get("/account/")
        assert response.status_code == 200
        return self.reads(response)

    def path(self, page):
        return f"/account/membership/{self.member.subscription.pk}/{page}/"

    def asks(self, page, **chosen):
        return self.client.get(self.path(page), chosen)

    def posts(self, page, **filled):
        return self.client.post(self.path(page), filled, follow=True)

    def switches(self, plan, amount=""):
        """Looks at the sum, says yes twice as a nervous finger does, and answers what the page had said."""
        shown = self.asks("switch", plan=plan.pk, amount=amount)
        for _ in range(2):
            assert self.posts("switch", agreed=shown.context["agreed"]).status_code == 200
        self.member.hear()
        return shown.context["preview"], self.reads(shown)


def periods():
    found = Membership.objects.order_by("granted_at", "pk")
    return [(each.tier.name, str(each.starts_on), str(each.ends_on)) for each in found]


def story():
    return list(MembershipChange.objects.done().values_list("kind", "actor_kind"))[::-1]


def mailed():
    return list(OutgoingMail.objects.order_by("pk").values_list("kind", flat=True))


def paid():
    return list(Payment.objects.order_by("paid_at", "pk").values_list("amount", flat=True))


def test_yearly_member_switches_and_leaves(at_stripe, clock, tiers):
    member = ClockedMember(at_stripe, clock, plan=tiers["Friend", "year"])
    reader = Reader(member)
    page = reader.account()
    for words in ("You are a member until 1 March 2028", "€100 on 1 March 2028", "4242"):
        assert words in page
    assert_books()
    _goes_up_at_once(member, reader, tiers["Keeper", "year"])
    _goes_down_when_the_year_is_over(member, reader, tiers["Friend", "month"])
    _leaves_and_thinks_again_and_leaves(member, reader)
    assert story() == [
        ("joined", "reader"),
        ("switched", "reader"),
        ("switched", "reader"),
        ("renewed", "system"),
        ("cancelled", "reader"),
        ("kept", "reader"),
        ("cancelled", "reader"),
        ("ended", "system"),
    ]
    assert mailed() == ["welcome", "switched", "switched", "cancelled", "kept", "cancelled"]


def _goes_up_at_once(member, reader, plan):
    sign_in_again(member, reader, datetime(2027, 8, 31, 12, tzinfo=UTC))
    preview, page = reader.switches(plan)
    assert "It starts today: Keeper." in page
    assert paid() == [10000, preview.due_now.amount]
    assert 0 < preview.due_now.amount < 10000
    assert periods() == [("Friend", "2027-03-01", "2028-03-01"), ("Keeper", "2027-08-31", "2028-03-01")]
    page = reader.account()
    assert "Changed from Friend, €100 a year to Keeper, €200 a year. (by you)" in page
    assert "€200 on 1 March 2028" in page
    assert_books()


def _goes_down_when_the_year_is_over(member, reader, plan):
    _, page = reader.switches(plan)
    assert "Nothing is charged today. The change begins with your next payment, on 1 March 2028" in page
    assert len(paid()) == 2
    says = "You have what you paid for until 1 March 2028. From 1 March 2028 you pay €10 a month"
    assert says in reader.account()
    assert_books()
    sign_in_again(member, reader, datetime(2028, 3, 1, 14, tzinfo=UTC))
    assert paid()[2:] == [1000]
    assert periods()[-1] == ("Friend", "2028-03-01", "2028-04-01")
    assert "You are a member until 1 April 2028" in reader.account()
    assert_books()


def _leaves_and_thinks_again_and_leaves(member, reader):
    """Without a word, by one page; later with one, and as nervous fingers do it."""
    page = reader.reads(reader.posts("cancel"))
    assert "Friend lasts until 1 April 2028. Nothing more is charged." in page
    assert "It ends on 1 April 2028. Nothing more is charged." in reader.account()
    reader.posts("keep")
    assert "You are a member until 1 April 2028" in reader.account()
    for _ in range(2):
        reader.posts("cancel", reason="technical", words="The app kept me waiting.")
    member.hear()
    sign_in_again(member, reader, datetime(2028, 4, 1, 14, tzinfo=UTC))
    assert "You have no membership now." in reader.account()
    assert len(paid()) == 3
    assert MembershipChange.objects.filter(kind="cancelled").latest("pk").reason == "The app kept me waiting."
    assert_books()


def sign_in_again(member, reader, instant):
    """Time passes, Stripe tells, and so much of it that the session is over."""
    member.go_to(instant)
    member.hear()
    reader.sign_in()


def test_pause_and_coming_back_early(at_stripe, clock, tiers):
    member = ClockedMember(at_stripe, clock, plan=tiers["Friend", "month"])
    reader = Reader(member)
    page = reader.reads(reader.asks("pause"))
    assert "next payment on 1 July 2027" in page
    for _ in range(2):
        reader.posts("pause", months=3, reason="break")
    member.hear()
    page = reader.account()
    assert "You have what you paid for until 1 April 2027." in page
    assert "nothing is charged before 1 July 2027" in page
    assert paid() == [1000]
    assert_books()

    sign_in_again(member, reader, datetime(2027, 5, 10, 12, tzinfo=UTC))
    assert paid() == [1000]
    assert "You have what you paid for" not in reader.account()
    assert "€10 is charged now" in reader.reads(reader.asks("resume"))
    for _ in range(2):
        reader.posts("resume")
    member.hear()
    assert paid() == [1000, 1000]
    assert periods() == [("Friend", "2027-03-01", "2027-04-01"), ("Friend", "2027-05-10", "2027-06-10")]
    assert "You are a member until 10 June 2027" in reader.account()
    assert sorted(kind for kind, _ in story()) == ["joined", "paused", "renewed", "resumed"]
    assert MembershipChange.objects.get(kind="paused").reason_code == "break"
    assert mailed() == ["welcome", "paused", "resumed"]
    assert_books()


def test_pause_that_ends_by_itself(at_stripe, clock, tiers):
    member = ClockedMember(at_stripe, clock, plan=tiers["Friend", "month"])
    reader = Reader(member)
    reader.posts("pause", months=1)
    sign_in_again(member, reader, datetime(2027, 5, 1, 12, tzinfo=UTC) + timedelta(hours=2))
    assert periods()[-1] == ("Friend", "2027-05-01", "2027-06-01")
    assert "You are a member until 1 June 2027" in reader.account()
    assert_books()
