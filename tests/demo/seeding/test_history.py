from datetime import UTC, datetime, timedelta

import pytest

from demo.seeding.history import moments
from demo.seeding.people import names
from tests.factories.campaigns import CampaignFactory

START = datetime(2027, 3, 1, tzinfo=UTC)
CAMPAIGN = CampaignFactory.build(slug="birthday", starts_at=START)


@pytest.mark.parametrize("days", [1, 7, 23])
def test_moments_lie_in_order_between_start_and_now(days):
    now = START + timedelta(days=days)
    found = moments(CAMPAIGN, 600, now)
    assert len(found) == 600
    assert found == sorted(found)
    assert found[0] >= START
    assert found[-1] < now


def test_moments_are_the_same_each_time():
    now = START + timedelta(days=23)
    assert moments(CAMPAIGN, 50, now) == moments(CAMPAIGN, 50, now)


def test_campaign_that_begins_now_has_moments_too():
    assert len(moments(CAMPAIGN, 5, START)) == 5


def test_people_are_the_same_each_time_and_each_once():
    people = list(names("j", 2000))
    assert people == list(names("j", 2000))
    assert len({email for _, email in people}) == 2000
    assert all(email == email.lower() and email.isascii() for _, email in people)
