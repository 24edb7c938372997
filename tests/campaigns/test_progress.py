from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from hypothesis import given, settings as hypothesis_settings, strategies as st

from campaigns import progress
from campaigns.book_checks import recount
from campaigns.enums import CampaignState, GiftsCount
from campaigns.progress import FRESH_FOR, CampaignProgress, current, measure
from members.models import Gift, User
from tests.factories.campaigns import CampaignFactory
from tests.factories.members import GiftOfferFactory, ImportedMembershipFactory, PlanFactory
from tests.support.books import assert_books
from tests.support.rollback import rolled_back
from tests.support.stories import give, join, redeem

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("books")]

START = datetime(2027, 3, 1, tzinfo=UTC)
END = datetime(2027, 4, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@pytest.fixture
def campaign(time_machine_now):
    time_machine_now.move_to(START + timedelta(days=10))
    return CampaignFactory(starts_at=START, ends_at=END)


def make(count, goal, **changes):
    facts = {
        "campaign": "birthday",
        "metric": "new_members",
        "state": CampaignState.OPEN,
        "starts_at": START,
        "ends_at": END,
        "as_of": START,
        "supporters": 0,
    }
    return CampaignProgress(count=count, goal=goal, **facts | changes)


# --- what counts -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("paid_at", "counts"), [(START - SECOND, 0), (START, 1), (END - SECOND, 1), (END, 0), (END + SECOND, 0)]
)
def test_join_counts_by_the_second_of_its_payment(campaign, paid_at, counts):
    join("ada@example.org", paid_at=paid_at)
    assert measure(campaign).count == counts


@pytest.mark.parametrize(
    ("redeemed_at", "counts"), [(START - SECOND, 0), (START, 1), (END - SECOND, 1), (END, 0)]
)
def test_gift_counts_by_the_second_of_its_redemption(campaign, time_machine_now, redeemed_at, counts):
    gift = give("ada@example.org", paid_at=START - timedelta(days=2))
    time_machine_now.move_to(redeemed_at)
    redeem(gift, "bob@example.org")
    assert measure(campaign).count == counts


@pytest.mark.parametrize(
    ("rule", "bought", "redeemed", "redeemed_by_a_member"),
    [
        (GiftsCount.AT_REDEMPTION, 0, 1, 0),
        (GiftsCount.AT_PURCHASE, 1, 1, 1),
        (GiftsCount.NEVER, 0, 0, 0),
    ],
)
def test_gift_counts_as_the_campaigns_rule_says_and_never_twice(
    time_machine_now, rule, bought, redeemed, redeemed_by_a_member
):
    time_machine_now.move_to(START + timedelta(days=10))
    campaign = CampaignFactory(starts_at=START, ends_at=END, gifts_count=rule)
    gift = give("ada@example.org")
    assert measure(campaign).count == bought
    redeem(gift, "bob@example.org")
    assert measure(campaign).count == redeemed
    redeem(give("ada@example.org", recipient_name="Bob"), "bob@example.org")
    assert measure(campaign).count == redeemed + redeemed_by_a_member


def test_renewals_and_second_memberships_do_not_count(campaign):
    join("ada@example.org", paid_at=START, renewals=3)
    join("ada@example.org", plan=PlanFactory())
    assert measure(campaign).count == 1


def test_renewal_of_who_joined_before_does_not_count(campaign):
    join("ada@example.org", paid_at=START - timedelta(days=5), renewals=1)
    assert measure(campaign).count == 0


@pytest.mark.parametrize(("gap", "counts"), [(364, 0), (365, 1)])
def test_who_lapsed_for_a_year_counts_again(campaign, gap, counts):
    ended = START.date() - timedelta(days=gap)
    ImportedMembershipFactory(
        user=User.objects.for_email("ada@example.org"),
        starts_on=ended - timedelta(days=30),
        ends_on=ended,
        granted_at=START - timedelta(days=500),
    )
    join("ada@example.org", paid_at=START)
    assert measure(campaign).count == counts


@pytest.mark.parametrize("origin", ["comp", "import"])
def test_membership_that_nobody_paid_does_not_count(campaign, origin):
    ImportedMembershipFactory(
        origin=origin, starts_on=START.date(), ends_on=END.date(), granted_at=START + SECOND
    )
    assert measure(campaign).count == 0


def test_number_does_not_depend_on_the_link_a_reader_came_through(campaign):
    join("ada@example.org", campaign_code=campaign.slug)
    join("bob@example.org", campaign_code="another")
    assert measure(campaign).count == 2


readers = st.integers(0, 3)
days = st.integers(0, 800)
acts = st.one_of(
    st.tuples(st.just("join"), days, readers, st.integers(0, 3)),
    st.tuples(st.just("gift"), days, readers, st.one_of(st.none(), st.tuples(st.integers(0, 200), readers))),
    st.tuples(st.just("import"), days, readers, st.integers(1, 300)),
)


@hypothesis_settings(max_examples=20)
@given(history=st.lists(acts, max_size=7), rule=st.sampled_from(GiftsCount))
def test_any_history_counts_as_plain_python_counts_it(history, rule):
    begin = timezone.now().replace(microsecond=0) - timedelta(days=900)
    with rolled_back():
        plan, offer = PlanFactory(), GiftOfferFactory(months=2)
        for act, day, reader, more in history:
            play(act, begin + timedelta(days=day), f"reader{reader}@example.org", more, plan, offer)
        for start in (0, 300, 600):
            CampaignFactory(
                starts_at=begin + timedelta(days=start),
                ends_at=begin + timedelta(days=start + 250),
                gifts_count=rule,
            )
        assert_books()


def play(act, at, email, more, plan, offer):
    if act == "join":
        join(email, plan=plan, paid_at=at, renewals=more)
    elif act == "import":
        ends_on = at.date() + timedelta(days=more)
        user = User.objects.for_email(email)
        ImportedMembershipFactory(user=user, starts_on=at.date(), ends_on=ends_on, granted_at=at)
    else:
        gift = give(email, offer=offer, paid_at=at, recipient_name=str(Gift.objects.count()))
        if more:
            days_later, reader = more
            redeem(gift, f"reader{reader}@example.org", now=at + timedelta(days=days_later))


def test_second_opinion_is_not_blind(campaign):
    """The recount itself: three who count, and four who do not."""
    join("new@example.org")
    join("new@example.org", plan=PlanFactory())
    join("before@example.org", paid_at=START - SECOND)
    join("after@example.org", paid_at=END)
    redeem(give("giver@example.org"), "recipient@example.org")
    join("first-second@example.org", paid_at=START)
    give("giver@example.org", recipient_name="unredeemed")
    assert recount([campaign]) == {campaign.slug: 3}


# --- how it is told ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "count", "state"),
    [
        (START - SECOND, 0, CampaignState.SCHEDULED),
        (START, 0, CampaignState.OPEN),
        (START, 8, CampaignState.OPEN),
        (START, 9, CampaignState.ALMOST),
        (START, 10, CampaignState.REACHED),
        (START, 11, CampaignState.REACHED),
        (END - SECOND, 9, CampaignState.ALMOST),
        (END, 9, CampaignState.ENDED),
        (END, 11, CampaignState.ENDED),
    ],
)
def test_state_follows_from_clock_and_number(monkeypatch, now, count, state):
    monkeypatch.setattr(progress, "_count", lambda campaign: count)
    assert measure(CampaignFactory(starts_at=START, ends_at=END, goal=10), now).state == state


@pytest.mark.parametrize(
    ("count", "goal", "percent"),
    [
        (0, 1000, 0.0),
        (612, 1000, 61.2),
        (999, 1000, 99.9),
        (9999, 10_000, 99.9),
        (2, 3, 66.6),
        (1000, 1000, 100.0),
        (1500, 1000, 150.0),
    ],
)
def test_percent_is_cut_and_not_rounded(count, goal, percent):
    assert make(count, goal).percent == percent


@given(count=st.integers(0, 10**7), goal=st.integers(1, 10**6))
def test_a_hundred_percent_is_said_only_of_a_goal_that_is_reached(count, goal):
    found = make(count, goal)
    assert (found.percent >= 100) is (count >= goal)
    assert found.remaining == max(goal - count, 0)


def test_label_divides_thousands():
    assert make(1612, 12_000).label == "1,612 of 12,000 new members"


def test_measured_number_carries_its_facts(campaign):
    join("ada@example.org")
    assert measure(campaign) == CampaignProgress(
        campaign=campaign.slug,
        metric="new_members",
        count=1,
        goal=1000,
        state=CampaignState.OPEN,
        starts_at=START,
        ends_at=END,
        as_of=timezone.now(),
        supporters=1,
    )


# --- how often it is counted ---------------------------------------------------------------------------


@pytest.fixture
def measured(monkeypatch):
    counts = []
    monkeypatch.setattr(progress, "_count", lambda campaign: counts.append(campaign.slug) or len(counts))
    return counts


def test_number_is_counted_once_while_it_is_fresh(campaign, measured, time_machine_now):
    for _ in range(100):
        assert current(campaign).count == 1
    time_machine_now.shift(FRESH_FOR + 0.1)
    assert [current(campaign).count for _ in range(10)] == [2] * 10
    assert len(measured) == 2


def test_each_campaign_has_its_own_number(campaign, measured):
    other = CampaignFactory()
    assert [current(each).count for each in (campaign, other, campaign)] == [1, 2, 1]


def test_number_is_never_older_than_a_few_seconds():
    assert FRESH_FOR <= 5


def test_measuring_asks_the_database_as_often_for_one_member_as_for_twenty(
    campaign, django_assert_num_queries
):
    for number in (1, 20):
        for reader in range(number):
            join(f"reader{reader}@example.org")
        with django_assert_num_queries(2):
            measure(campaign)
