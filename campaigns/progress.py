"""How far a campaign has come: one number from one query over facts, cached for moments. No counter to drift."""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.core.cache import cache
from django.utils import timezone
from django.utils.translation import gettext as _

from campaigns.enums import CampaignState, GiftsCount
from campaigns.models import Campaign
from members.queries import count_gifts_bought, count_new_members, count_supporters

FRESH_FOR = 2
"""Seconds for which a measured number is given out again."""
ALMOST = 0.9


@dataclass(frozen=True, slots=True)
class CampaignProgress:
    """`count` of `goal`, as measured at `as_of`; `supporters` is everybody who ever gave."""

    campaign: str
    metric: str
    count: int
    goal: int
    state: CampaignState
    starts_at: datetime
    ends_at: datetime
    as_of: datetime
    supporters: int

    @property
    def remaining(self) -> int:
        return max(self.goal - self.count, 0)

    @property
    def percent(self) -> float:
        """One decimal, cut and not rounded: 100 means that the goal is reached."""
        return self.count * 1000 // self.goal / 10

    @property
    def label(self) -> str:
        return _("%(count)s of %(goal)s new members") % {
            "count": f"{self.count:,}",
            "goal": f"{self.goal:,}",
        }


def current(campaign: Campaign) -> CampaignProgress:
    """The number for every page and widget, at most FRESH_FOR seconds old."""
    key = f"campaigns:progress:{campaign.pk}"
    found: CampaignProgress | None = cache.get(key)
    if found is None:
        found = measure(campaign)
        cache.set(key, found, FRESH_FOR)
    return found


def measure(campaign: Campaign, now: datetime | None = None) -> CampaignProgress:
    """Counts afresh."""
    now = now or timezone.now()
    count = _count(campaign)
    return CampaignProgress(
        campaign=campaign.slug,
        metric=campaign.metric,
        count=count,
        goal=campaign.goal,
        state=_state(campaign, count, now),
        starts_at=campaign.starts_at.astimezone(UTC),
        ends_at=campaign.ends_at.astimezone(UTC),
        as_of=now,
        supporters=count_supporters(),
    )


def _count(campaign: Campaign) -> int:
    window = {"start": campaign.starts_at, "end": campaign.ends_at}
    are_redeemed_counted = campaign.gifts_count == GiftsCount.AT_REDEMPTION
    members = count_new_members(**window, are_gifts_included=are_redeemed_counted)
    if campaign.gifts_count == GiftsCount.AT_PURCHASE:
        members += count_gifts_bought(**window)
    return members


def _state(campaign: Campaign, count: int, now: datetime) -> CampaignState:
    if now < campaign.starts_at:
        return CampaignState.SCHEDULED
    if now >= campaign.ends_at:
        return CampaignState.ENDED
    if count >= campaign.goal:
        return CampaignState.REACHED
    return CampaignState.ALMOST if count >= ALMOST * campaign.goal else CampaignState.OPEN
