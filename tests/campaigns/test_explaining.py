from datetime import UTC, datetime

import pytest

from campaigns.enums import GiftsCount
from campaigns.explaining import how_we_count
from tests.factories.campaigns import CampaignFactory

WINDOW = {
    "starts_at": datetime(2027, 3, 1, 22, tzinfo=UTC),
    "ends_at": datetime(2027, 3, 31, 21, tzinfo=UTC),
}


def test_window_is_told_in_the_campaigns_own_zone():
    sentences = how_we_count(CampaignFactory.build(**WINDOW, time_zone="Europe/Kyiv"))
    assert sentences[0] == (
        "We count people who pay for a membership from 2 March 2027, 00:00 until 1 April 2027, 00:00 (Europe/Kyiv)."
    )


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        (
            GiftsCount.AT_REDEMPTION,
            "A gift membership counts once: when somebody who is new redeems it, not when it is bought.",
        ),
        (
            GiftsCount.AT_PURCHASE,
            "A gift membership counts once: when it is bought, not when it is redeemed.",
        ),
        (GiftsCount.NEVER, "Gift memberships do not count."),
    ],
)
def test_gift_sentence_follows_the_rule(rule, sentence):
    told = how_we_count(CampaignFactory.build(**WINDOW, gifts_count=rule))
    assert [each for each in told if "ift membership" in each] == [sentence]


def test_every_rule_has_its_sentence():
    told = {tuple(how_we_count(CampaignFactory.build(**WINDOW, gifts_count=rule))) for rule in GiftsCount}
    assert len(told) == len(GiftsCount)
