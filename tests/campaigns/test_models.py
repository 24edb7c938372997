from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from campaigns.models import Campaign
from tests.factories.campaigns import CampaignFactory

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("at", "is_running"), [("starts_at", True), ("ends_at", False)], ids=["first instant", "end"]
)
def test_campaign_runs_from_its_first_instant_until_before_its_end(at, is_running):
    campaign = CampaignFactory()
    instant = getattr(campaign, at)
    assert Campaign.objects.running_at(instant).exists() is is_running
    assert Campaign.objects.running_at(instant - SECOND).exists() is not is_running


def test_of_several_the_latest_begun_comes_first():
    now = timezone.now()
    older, newer = (CampaignFactory(starts_at=now - timedelta(days=days)) for days in (5, 2))
    assert list(Campaign.objects.running_at(now)) == [newer, older]


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        ({"goal": 0}, "campaign_goal_positive"),
        ({"ends_at": timezone.now() - timedelta(days=5)}, "campaign_window_ordered"),
        ({"metric": "likes"}, "campaign_metric_known"),
        ({"gifts_count": "twice"}, "campaign_gifts_count_known"),
    ],
)
def test_campaign_that_makes_no_sense_is_refused(wrong, name):
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        CampaignFactory(**wrong)


def test_zone_must_be_one():
    with pytest.raises(ValidationError, match="Port Aldern is not the name of a time zone"):
        CampaignFactory.build(time_zone="Port Aldern").full_clean()


def test_campaign_knows_its_page():
    assert CampaignFactory.build(slug="birthday").get_absolute_url() == "/campaigns/birthday/"
