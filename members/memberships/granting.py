"""What the newsroom gives without money: granted, extended, ended early; each with a reason and who did it."""

from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from members.changes.history import write_change
from members.enums import ActorKind, ChangeKind, MailKind, Origin
from members.models import Membership, MembershipChange, Tier, User
from members.outbox.mailing import owe_mail

if TYPE_CHECKING:
    from uuid import UUID

CHANGEABLE = (Origin.COMP, Origin.IMPORT)
"""Nobody paid us for these; of the others the money says when they end."""


class CannotGrant(Exception):
    """The period is none, or the membership is not the newsroom's to change. Nothing was changed."""


@transaction.atomic
def grant_membership(
    *, email: str, tier: Tier, ends_on: date, reason: str, actor: User, key: "UUID", is_told: bool = False
) -> Membership:
    """A membership from today until `ends_on`, the first day without it. Asked for again with the same key, the same.

    `is_told`: its holder gets a mail. Raises CannotGrant.
    """
    change_key = f"grant:{key}"
    if found := MembershipChange.objects.filter(key=change_key).select_related("membership").first():
        return found.membership  # type: ignore[return-value]  # each of this kind has one
    today = timezone.localdate()
    if ends_on <= today:
        raise CannotGrant(f"{ends_on} is over")
    membership = Membership.objects.create(
        user=User.objects.for_email(email),
        tier=tier,
        origin=Origin.COMP,
        starts_on=today,
        ends_on=ends_on,
        granted_at=timezone.now(),
    )
    write_change(
        key=change_key,
        kind=ChangeKind.GRANTED,
        user=membership.user,
        membership=membership,
        actor_kind=ActorKind.STAFF,
        actor=actor,
        reason=reason,
        done_at=membership.granted_at,
        after=_period(membership),
    )
    if is_told:
        owe_mail(kind=MailKind.COMP_GRANTED, reference=membership.pk, recipient=membership.user.email)
    return membership


@transaction.atomic
def move_end(*, membership: Membership, ends_on: date, reason: str, actor: User, key: "UUID") -> None:
    """Extends what nobody paid us for, or ends it early: on `ends_on` there is no access. Raises CannotGrant."""
    locked = Membership.objects.select_for_update().get(pk=membership.pk)
    if MembershipChange.objects.filter(key=f"end:{key}").exists():
        return
    if locked.origin not in CHANGEABLE:
        raise CannotGrant(f"{locked} was paid for")
    if ends_on < earliest_end(locked):
        raise CannotGrant(f"{locked} cannot end on {ends_on}")
    before = _period(locked)
    kind = ChangeKind.GRANTED if ends_on > locked.ends_on else ChangeKind.ENDED_EARLY
    locked.ends_on = ends_on
    locked.save(update_fields=["ends_on"])
    write_change(
        key=f"end:{key}",
        kind=kind,
        user=locked.user,
        membership=locked,
        actor_kind=ActorKind.STAFF,
        actor=actor,
        reason=reason,
        done_at=timezone.now(),
        before=before,
        after=_period(locked),
    )


def earliest_end(membership: Membership) -> date:
    """What was cannot be taken back, and a membership lasts a day at the least."""
    return max(timezone.localdate(), membership.starts_on + timedelta(days=1))


def _period(membership: Membership) -> dict[str, str]:
    return {
        "tier": membership.tier.name,
        "starts_on": membership.starts_on.isoformat(),
        "ends_on": membership.ends_on.isoformat(),
    }
