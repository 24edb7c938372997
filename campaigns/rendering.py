from datetime import UTC, datetime
from typing import Any

from campaigns.progress import CampaignProgress


def to_public(progress: CampaignProgress) -> dict[str, Any]:
    """The one public shape: `progress.json`, and what the component starts from. Instants end in Z."""
    return {
        "campaign": progress.campaign,
        "metric": progress.metric,
        "count": progress.count,
        "goal": progress.goal,
        "remaining": progress.remaining,
        "percent": progress.percent,
        "state": progress.state,
        "label": progress.label,
        "starts_at": _instant(progress.starts_at),
        "ends_at": _instant(progress.ends_at),
        "as_of": _instant(progress.as_of),
        "stretch_goal": None,
        "supporters": progress.supporters,
    }


def _instant(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
