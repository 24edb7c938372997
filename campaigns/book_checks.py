"""Is the number that the site shows the number that there is?"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from itertools import groupby
from typing import NamedTuple

from campaigns.enums import GiftsCount
from campaigns.models import Campaign
from campaigns.progress import measure
from members.enums import Origin
from members.models import Gift, Membership
from members.models.membership import LAPSED_AFTER
from payments.checking.findings import Found, book_check
from payments.enums import Standing


@book_check("campaign_number_wrong")
def number_wrong() -> Found:
    """The campaign's number, and the same counted another way."""
    campaigns = list(Campaign.objects.all())
    counted = recount(campaigns)
    for campaign in campaigns:
        shown = measure(campaign).count
        if shown != counted[campaign.slug]:
            yield campaign.slug, f"the site shows {shown}, and {counted[campaign.slug]} are there"


def recount(campaigns: Iterable[Campaign]) -> Counter[str]:
    """The campaigns' numbers in plain Python over all rows: the second opinion on `progress.measure`."""
    campaigns = list(campaigns)
    counted: Counter[str] = Counter()
    for rows in _histories() if campaigns else ():
        joined = list(_joined_anew(rows))
        counted.update(each.slug for each in campaigns if any(_counts(row, each) for row in joined))
    for campaign in campaigns:
        if campaign.gifts_count == GiftsCount.AT_PURCHASE:
            counted[campaign.slug] += sum(_is_within(paid_at, campaign) for paid_at in _gifts_bought())
    return counted


class _Row(NamedTuple):
    user: int
    origin: str
    granted_at: datetime
    starts_on: date
    ends_on: date
    standing: str | None
    gift_standing: str | None


def _histories() -> Iterator[Iterator[_Row]]:
    """The memberships of each reader that nobody took back, in the order of granting."""
    found = Membership.objects.order_by("user", "granted_at", "pk").values_list(
        "user", "origin", "granted_at", "starts_on", "ends_on", "payment__standing", "gift__payment__standing"
    )
    rows = (_Row(*row) for row in found.iterator())
    held = (row for row in rows if Standing.RETURNED not in (row.standing, row.gift_standing))
    return (rows for _, rows in groupby(held, key=lambda row: row.user))


def _joined_anew(rows: Iterable[_Row]) -> Iterator[_Row]:
    """Those by which somebody became a member who had been none for a year."""
    last_day = date.min
    for row in rows:
        if row.starts_on - last_day >= LAPSED_AFTER:
            yield row
        last_day = max(last_day, row.ends_on)


def _counts(row: _Row, campaign: Campaign) -> bool:
    is_counted = row.origin == Origin.PAID or (
        row.origin == Origin.GIFT and campaign.gifts_count == GiftsCount.AT_REDEMPTION
    )
    return is_counted and _is_within(row.granted_at, campaign)


def _gifts_bought() -> Iterator[datetime]:
    kept = Gift.objects.filter(payment__isnull=False).exclude(payment__standing=Standing.RETURNED)
    return kept.values_list("payment__paid_at", flat=True).iterator()


def _is_within(instant: datetime, campaign: Campaign) -> bool:
    return campaign.starts_at <= instant < campaign.ends_at
