"""Is the number that the site shows the number that there is?"""

from collections import defaultdict

from campaigns.enums import GiftsCount
from campaigns.models import Campaign
from campaigns.progress import measure
from members.enums import Origin
from members.models import Gift, Membership
from members.models.membership import LAPSED_AFTER
from payments.checking.findings import Found, book_check


@book_check("campaign_number_wrong")
def number_wrong() -> Found:
    """The campaign's number, and the same counted another way."""
    for campaign in Campaign.objects.all():
        shown, counted = measure(campaign).count, recount(campaign)
        if shown != counted:
            yield campaign.slug, f"the site shows {shown}, and {counted} are there"


def recount(campaign: Campaign) -> int:
    """The campaign's number in plain Python over all rows: the second opinion on `progress.measure`."""
    counted = {Origin.PAID.value}
    if campaign.gifts_count == GiftsCount.AT_REDEMPTION:
        counted.add(Origin.GIFT.value)
    by_reader: dict[int, list[Membership]] = defaultdict(list)
    rows = Membership.objects.select_related("payment", "gift__payment").order_by("granted_at", "pk")
    for membership in rows.iterator():
        if membership.is_held:
            by_reader[membership.user_id].append(membership)
    readers = sum(_joined_anew(rows, campaign, counted) for rows in by_reader.values())
    if campaign.gifts_count != GiftsCount.AT_PURCHASE:
        return readers
    gifts = Gift.objects.exclude(payment=None).select_related("payment")
    return readers + sum(_was_bought_in(campaign, gift) for gift in gifts)


def _was_bought_in(campaign: Campaign, gift: Gift) -> bool:
    payment = gift.payment
    return (
        payment is not None
        and payment.standing != "returned"
        and campaign.starts_at <= payment.paid_at < campaign.ends_at
    )


def _joined_anew(rows: list[Membership], campaign: Campaign, counted: set[str]) -> bool:
    for position, row in enumerate(rows):
        is_new = all(row.starts_on - before.ends_on >= LAPSED_AFTER for before in rows[:position])
        if is_new and row.origin in counted and campaign.starts_at <= row.granted_at < campaign.ends_at:
            return True
    return False
