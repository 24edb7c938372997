import pytest

from members.changes.choices import choices_for
from members.changes.leaving import OfferKind, offer_for
from members.memberships.enrolments import enrolment_of
from payments.enums import Interval
from payments.models import Subscription
from payments.money import Money
from tests.factories.members import PlanFactory, TierFactory
from tests.support.stories import join

pytestmark = pytest.mark.django_db


@pytest.fixture
def friend():
    """Friend for €10 a month or €100 a year."""
    tier = TierFactory(name="Friend")
    return PlanFactory(tier=tier), PlanFactory(tier=tier, amount=10000, interval=Interval.YEAR)


def enrolment(plan):
    join("ada@example.org", plan=plan)
    return enrolment_of(Subscription.objects.select_related("checkout__signup__plan__tier").get())


def told(held):
    found = choices_for(held.subscription, held.tier)
    return [(str(each.plan.tier), each.plan.interval, each.price.amount, each.is_current) for each in found]


def test_everything_on_sale_in_the_subscriptions_currency(friend):
    keeper = TierFactory(name="Keeper", position=1)
    PlanFactory(tier=keeper, amount=2000)
    PlanFactory(tier=keeper, amount=300, currency="USD")
    PlanFactory(tier=TierFactory(name="Gone", is_active=False), amount=100)
    assert told(enrolment(friend[0])) == [
        ("Friend", "month", 1000, True),
        ("Friend", "year", 10000, False),
        ("Keeper", "month", 2000, False),
    ]


def test_archived_plan_stays_for_who_has_it_at_its_old_price(friend):
    month, _ = friend
    held = enrolment(month)
    month.is_active = False
    month.save()
    assert ("Friend", "month", 1000, True) in told(held)
    PlanFactory(tier=month.tier, amount=1500)
    assert told(held)[0] == ("Friend", "month", 1000, True)
    assert choices_for(held.subscription, held.tier)[0].floor == Money(1000, "EUR")


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        ("", None),
        ("too_expensive", OfferKind.YEARLY),
        ("tight", OfferKind.PAUSE),
        ("not_used", OfferKind.PAUSE),
        ("break", OfferKind.PAUSE),
        ("content", None),
        ("elsewhere", OfferKind.REMIND),
        ("technical", None),
        ("other", None),
    ],
)
def test_offer_matches_the_reason(friend, reason, kind):
    offer = offer_for(enrolment(friend[0]), reason)
    assert (offer.kind if offer else None) == kind


def test_who_gives_more_than_the_least_is_offered_the_least(friend):
    held = enrolment(friend[0])
    Subscription.objects.update(amount=1700)
    held.subscription.refresh_from_db()
    offer = offer_for(held, "too_expensive")
    assert (offer.kind, offer.choice.floor, offer.choice.typed) == (
        OfferKind.LESS, Money(1000, "EUR"), "10.00",
    )  # fmt: skip


def test_nothing_is_offered_that_cannot_be_done(friend):
    held = enrolment(friend[0])
    held.subscription.is_paused = True
    assert [offer_for(held, reason) for reason in ("break", "too_expensive")] == [None, None]
