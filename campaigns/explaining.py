from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from django.utils.translation import get_language, gettext as _, to_locale

from campaigns.enums import GiftsCount
from campaigns.models import Campaign


def how_we_count(campaign: Campaign) -> list[str]:
    """The campaign's rules in sentences that a reader can check, written from its data."""
    zone = ZoneInfo(campaign.time_zone)
    locale = to_locale(get_language() or "en")
    times = {
        "start": format_datetime(campaign.starts_at, "d MMMM yyyy, HH:mm", tzinfo=zone, locale=locale),
        "end": format_datetime(campaign.ends_at, "d MMMM yyyy, HH:mm", tzinfo=zone, locale=locale),
        "zone": campaign.time_zone,
    }
    gifts = {
        GiftsCount.AT_REDEMPTION: _(
            "A gift membership counts once: when somebody who is new redeems it, not when it is bought."
        ),
        GiftsCount.AT_PURCHASE: _(
            "A gift membership counts once: when it is bought, not when it is redeemed."
        ),
        GiftsCount.NEVER: _("Gift memberships do not count."),
    }
    return [
        _("We count people who pay for a membership from %(start)s until %(end)s (%(zone)s).") % times,
        _(
            "What matters is the moment when the payment went through, even if the news of it reached us later."
        ),
        _("Each person counts once. Who was a member at any time in the year before is not new."),
        gifts[GiftsCount(campaign.gifts_count)],
        _("Renewals, and payments that were started but not completed, do not count."),
        _("A trial counts once it is paid for."),
        _("The number is counted from our records of payments each time it is shown; nobody types it in."),
    ]
