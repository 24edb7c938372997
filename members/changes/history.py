"""What became of somebody's membership, as rows: what, when, who, why."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from members.enums import ActorKind, ChangeKind
from members.models import Membership, MembershipChange
from payments.enums import Purpose
from payments.models import Subscription

if TYPE_CHECKING:
    from members.models import User
    from members.models.change import ChangeQuerySet


def write_change(
    *,
    key: str,
    kind: ChangeKind,
    user: "User",
    done_at: datetime,
    actor_kind: ActorKind = ActorKind.SYSTEM,
    actor: "User | None" = None,
    subscription: Subscription | None = None,
    membership: Membership | None = None,
    reason: str = "",
    reason_code: str = "",
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> MembershipChange:
    """Writes the change down, once for each `key` (such as "payment:ch_…": the fact that it rests on)."""
    change, _ = MembershipChange.objects.get_or_create(
        key=key,
        defaults={
            "kind": kind,
            "user": user,
            "actor_kind": actor_kind,
            "actor": actor,
            "subscription": subscription,
            "membership": membership,
            "reason": reason,
            "reason_code": reason_code,
            "before": before or {},
            "after": after or {},
            "asked_at": done_at,
            "done_at": done_at,
        },
    )
    return change


def story_of(user: "User") -> "ChangeQuerySet":
    """All that has happened to somebody's memberships, latest first. What became of donations is no part of it."""
    found = MembershipChange.objects.done().filter(user=user)
    found = found.exclude(subscription__checkout__purpose=Purpose.CONTRIBUTION)
    return found.select_related("membership__tier", "actor")


def terms_of(subscription: Subscription, *, tier: str = "") -> dict[str, Any]:
    """What a subscription charges and for what, as a change keeps it: amounts in minor units."""
    return {
        "tier": tier,
        "amount": subscription.amount,
        "currency": subscription.currency,
        "interval": subscription.interval,
    }
