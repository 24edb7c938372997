"""Brings a file's members over: all of it or nothing, and nothing twice."""

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

import structlog
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from members.enums import ActorKind, ChangeKind, ImportFormat, LineOutcome, Origin
from members.importing.adopting import ADOPT
from members.importing.formats import format_of
from members.importing.planning import NO_MEMBERSHIP, Outlook, Step, plan
from members.importing.table import Unreadable, header_of, text_of
from members.models import ImportedCustomer, MemberImport, Membership, MembershipChange, Tier, User
from members.periods import add_months
from payments.doorbell import ring
from payments.models.queue import in_words

if TYPE_CHECKING:
    from collections.abc import Iterable

log = structlog.get_logger(__name__)

BRING_OVER = "members.tasks.bring_over"
_BATCH = 1000
_KEPT = timedelta(days=1)
"""A file that nobody brought over is personal data without a use."""


class CannotImport(Exception):
    """The file has problems, or tiers that nobody decided about. Nothing was changed."""


def start_import(
    *, raw: bytes, file_name: str, actor: User | None, format_name: str = "", ends_on: date | None = None
) -> MemberImport:
    """Keeps the file, to be looked at. `ends_on`: where it tells no end; in a year unless said. Raises Unreadable."""
    text = text_of(raw)
    found = format_of(header_of(text))
    if found is None:
        raise Unreadable(
            _("We know the exports of Ghost, Patreon and Groundswell by their headers. This is none.")
        )
    if format_name and found.name != format_name:
        names = {"wanted": ImportFormat(format_name).label, "found": found.name.label}
        raise Unreadable(_("This is no export of %(wanted)s; its header is that of %(found)s.") % names)
    made = MemberImport(
        format=found.name,
        file_name=file_name[-200:],
        content=text,
        ends_on=ends_on or add_months(timezone.localdate(), 12),
        created_by=actor,
    )
    made.tiers = _guess(plan(made))
    made.save()
    return made


def forget_unused() -> None:
    """Deletes the files that somebody only looked at."""
    old = MemberImport.objects.filter(created_at__lt=timezone.now() - _KEPT)
    old.filter(done_at=None, asked_at=None).delete()


def _guess(outlook: Outlook) -> dict[str, int]:
    """Tiers of the same name, here and there."""
    ours = {name.lower(): tier.pk for tier in Tier.objects.all() for name in (tier.name, tier.slug)}
    return {name: ours[name.lower()] for name in outlook.tier_names if name.lower() in ours}


def decide_tiers(member_import: MemberImport, tiers: dict[str, Tier | None]) -> None:
    """Says which tier of ours each of the file's is; None: no membership."""
    chosen = {name: tier.pk if tier else NO_MEMBERSHIP for name, tier in tiers.items()}
    member_import.tiers |= chosen
    member_import.save(update_fields=["tiers"])


def ask_import(member_import: MemberImport, *, actor: User) -> None:
    """Has a worker bring the file's members over: a large file takes longer than a browser waits."""
    waiting = MemberImport.objects.filter(pk=member_import.pk, done_at=None, asked_at=None)
    waiting.update(asked_at=timezone.now(), asked_by=actor, error="")
    transaction.on_commit(lambda: ring(BRING_OVER))


def run_asked() -> None:
    """Brings over what was asked for. What fails is told on its page, and waits for somebody to ask again."""
    for found in MemberImport.objects.filter(done_at=None, asked_at__isnull=False).select_related("asked_by"):
        try:
            run_import(found, actor=found.asked_by)
        except Exception as error:
            log.error("import_failed", pk=found.pk, exc_info=error)
            failed = MemberImport.objects.filter(pk=found.pk, done_at=None)
            failed.update(asked_at=None, error=in_words(error))


@transaction.atomic
def run_import(member_import: MemberImport, *, actor: User | None) -> None:
    """Makes what `plan` says, and forgets the file. Done before, it does nothing. Raises CannotImport."""
    locked = MemberImport.objects.select_for_update().get(pk=member_import.pk)
    if locked.done_at:
        return
    outlook = plan(locked)
    if not outlook.is_fit:
        raise CannotImport(
            f"{locked} has {len(outlook.problems)} problems, {len(outlook.unmapped)} open tiers"
        )
    now = timezone.now()
    users = _make_users(outlook.steps, now)
    _make_memberships(
        locked, [each for each in outlook.steps if each.outcome == LineOutcome.MEMBER], users, actor
    )
    _queue_customers(locked, outlook.steps, users)
    locked.result, locked.content, locked.done_at = outlook.counts(), "", now
    locked.save(update_fields=["result", "content", "done_at"])
    transaction.on_commit(lambda: ring(ADOPT))


def _make_users(steps: list[Step], now: datetime) -> dict[str, User]:
    """Everybody whom the steps are about, by address."""
    joined: dict[str, datetime] = {}
    for step in steps:
        if step.outcome != LineOutcome.SKIPPED:
            at = step.wanted.joined_at or now
            joined[step.wanted.email] = min(at, joined.get(step.wanted.email, at))
    User.objects.bulk_create(
        (User(email=email, password="!unusable", date_joined=at) for email, at in joined.items()),  # noqa: S106
        ignore_conflicts=True,
        batch_size=_BATCH,
    )
    emails = list(joined)
    found: dict[str, User] = {}
    for start in range(0, len(emails), _BATCH):
        known = User.objects.filter(email__in=emails[start : start + _BATCH])
        found |= {user.email: user for user in known.only("pk", "email")}
    return found


def _make_memberships(
    member_import: MemberImport, steps: list[Step], users: dict[str, User], actor: User | None
) -> None:
    made = Membership.objects.bulk_create(
        (_membership(step, users[step.wanted.email]) for step in steps), batch_size=_BATCH
    )
    now = timezone.now()
    changes = (
        MembershipChange(
            key=step.key,
            kind=ChangeKind.IMPORTED,
            user=membership.user,
            membership=membership,
            actor_kind=ActorKind.STAFF if actor else ActorKind.SYSTEM,
            actor=actor,
            reason=_("Line %(line)d of %(file)s") % {"line": step.line, "file": member_import.file_name},
            after=_told(membership),
            asked_at=now,
            done_at=now,
        )
        for step, membership in zip(steps, made, strict=True)
    )
    # The keys are unique: had somebody else brought the same over meanwhile, all of ours would be undone.
    MembershipChange.objects.bulk_create(changes, batch_size=_BATCH)


def _membership(step: Step, user: User) -> Membership:
    starts_on, ends_on = step.starts_on, step.ends_on
    if step.tier is None or starts_on is None or ends_on is None or step.wanted.origin is None:
        raise CannotImport(f"line {step.line} is for no tier or no time")
    noon = timezone.make_aware(datetime.combine(starts_on, time(12)))
    return Membership(
        user=user,
        tier=step.tier,
        origin=step.wanted.origin,
        starts_on=starts_on,
        ends_on=ends_on,
        granted_at=step.wanted.granted_at or noon,
        campaign_code=step.wanted.campaign_code,
    )


def _told(membership: Membership) -> dict[str, str]:
    return {
        "tier": membership.tier.name,
        "origin": str(Origin(membership.origin).label),
        "starts_on": membership.starts_on.isoformat(),
        "ends_on": membership.ends_on.isoformat(),
    }


def _queue_customers(member_import: MemberImport, steps: "Iterable[Step]", users: dict[str, User]) -> None:
    ImportedCustomer.objects.bulk_create(
        (
            ImportedCustomer(
                member_import=member_import,
                line=step.line,
                user=users[step.wanted.email],
                stripe_id=step.wanted.customer_id,
            )
            for step in steps
            if step.wanted.customer_id and step.outcome != LineOutcome.SKIPPED
        ),
        ignore_conflicts=True,
        batch_size=_BATCH,
    )
