"""Memberships that The Lantern gave, each for a reason."""

from datetime import timedelta
from uuid import NAMESPACE_URL, uuid5

from django.utils import timezone

from members.memberships.granting import grant_membership
from members.models import Tier, User

_COMPS = [
    ("chess.column", 300, "Writes our chess column for nothing"),
    ("reading.room", 365, "Port Aldern public library, reading room"),
    ("harbour.choir", 40, "Sang at the birthday party"),
    ("photo.prize", 90, "Won the summer photo contest"),
]


def seed_comps() -> None:
    """Granted today by staff@example.org; run again, it adds nothing."""
    tier, actor = Tier.objects.order_by("-position").first(), User.objects.for_email("staff@example.org")
    if tier is None:
        raise RuntimeError("seed the catalogue first")
    for name, days, reason in _COMPS:
        grant_membership(
            email=f"{name}@example.net",
            tier=tier,
            ends_on=timezone.localdate() + timedelta(days=days),
            reason=reason,
            actor=actor,
            key=uuid5(NAMESPACE_URL, f"demo/comps/{name}"),
        )
