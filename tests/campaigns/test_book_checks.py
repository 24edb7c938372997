import pytest

from campaigns import progress
from campaigns.enums import GiftsCount
from payments.checking.findings import findings
from tests.factories.campaigns import CampaignFactory
from tests.support.stories import give, join, redeem

pytestmark = pytest.mark.django_db


def told():
    return [(each.check, each.subject, each.message) for each in findings(is_offline=True)]


@pytest.fixture
def campaigns():
    """The same people, counted in three ways."""
    campaigns = [CampaignFactory(slug=name, gifts_count=name) for name in GiftsCount.values]
    join("ada@example.org")
    redeem(give("gabriel@example.org"), "anna@example.org")
    give("gwen@example.org")
    return campaigns


def test_every_way_of_counting_is_recounted(campaigns):
    assert [progress.measure(each).count for each in campaigns] == [2, 3, 1]
    assert told() == []


@pytest.mark.usefixtures("campaigns")
@pytest.mark.parametrize(
    ("measuring", "wrong"),
    [("count_new_members", ["purchase", "redemption", "never"]), ("count_gifts_bought", ["purchase"])],
)
def test_measuring_that_is_off_by_one_is_found(monkeypatch, measuring, wrong):
    right = getattr(progress, measuring)
    monkeypatch.setattr(progress, measuring, lambda **asked: right(**asked) + 1)
    assert sorted(each[:2] for each in told()) == sorted(("campaign_number_wrong", slug) for slug in wrong)


def test_finding_tells_both_numbers(campaigns, monkeypatch):
    monkeypatch.setattr(progress, "count_gifts_bought", lambda **_: 0)
    assert told() == [("campaign_number_wrong", "purchase", "the site shows 1, and 3 are there")]
