from typing import Any

from django import template
from django.utils import timezone

from campaigns import progress
from campaigns.models import Campaign

register = template.Library()


@register.simple_tag
def current_campaign() -> Campaign | None:
    """The campaign that runs now, the latest begun if there are several."""
    return Campaign.objects.running_at(timezone.now()).first()


@register.simple_tag
def progress_of(campaign: Campaign) -> progress.CampaignProgress:
    """The campaign's number, for text in a page."""
    return progress.current(campaign)


@register.inclusion_tag("campaigns/includes/progress.html", takes_context=True)
def campaign_progress(context: dict[str, Any], campaign: Campaign) -> dict[str, Any]:
    """The number and the bar, right in the server's HTML and alive where there is JavaScript."""
    return {
        "campaign": campaign,
        "progress": progress.current(campaign),
        "request": context.get("request"),
        "csp_nonce": context.get("CSP_NONCE", ""),
    }
