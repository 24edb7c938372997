from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

from campaigns.enums import GiftsCount
from campaigns.models import Campaign

ZONE = "Europe/Lisbon"
DAYS_AGO = 23
DAYS_AHEAD = 14


def seed_campaign() -> Campaign:
    """The fifth birthday: begun three weeks ago, two weeks to go."""
    today = timezone.now().astimezone(ZoneInfo(ZONE)).replace(hour=0, minute=0, second=0, microsecond=0)
    campaign, _ = Campaign.objects.get_or_create(
        slug="birthday",
        defaults={
            "title": "The Lantern turns five",
            "banner": "The Lantern turns five this month. "
            "Help us find 1,000 new members, or give a friend a membership.",
            "headline": "Five years without an owner",
            "body": "Every week thousands of people in Port Aldern read The Lantern, and fewer than one in fifty "
            "pays for it. Those few keep our reporting open to everybody else: the council minutes nobody "
            "publishes, the leases nobody reads, the harbour at four in the morning.\n\n"
            "For our fifth birthday we are looking for 1,000 new members. They pay for two more reporters, "
            "and for the lawyer who reads what they write.",
            "goal": 1000,
            "gifts_count": GiftsCount.AT_REDEMPTION,
            "starts_at": _midnight(today, -DAYS_AGO),
            "ends_at": _midnight(today, DAYS_AHEAD),
            "time_zone": ZONE,
        },
    )
    return campaign


def _midnight(today: datetime, days: int) -> datetime:
    # Wall-clock arithmetic: a day on which the clocks change still ends at midnight.
    return today + timedelta(days=days)
