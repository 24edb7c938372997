"""A request to change a membership: one row, one lock, one key for Stripe; and what comes of it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from members.changes.following import user_of
from members.changes.history import terms_of
from members.changes.offering import Action, CannotChange, may
from members.enums import ActorKind, ChangeKind
from members.memberships.tiers import tier_of
from members.models import MembershipChange
from payments.checkpoints import reached
from payments.gateway import reading
from payments.gateway.changing import Changed
from payments.gateway.facts import GatewayError, Refused
from payments.models import Subscription
from payments.recording import record

if TYPE_CHECKING:
    from members.models import User

Call = Callable[[MembershipChange], Changed]


def check(subscription: Subscription, action: Action) -> None:
    """Raises CannotChange if the action makes no sense as things are."""
    if action not in may(subscription):
        raise CannotChange(_("This cannot be done with the membership as it is now."))


@transaction.atomic
def ask(
    kind: ChangeKind,
    subscription: Subscription,
    actor: "User",
    wanted: dict[str, Any],
    details: dict[str, Any],
    reason: str,
    reason_code: str,
) -> MembershipChange:
    """The request, written down; asked for again while it is open, the same one."""
    fresh = Subscription.objects.select_for_update().get(pk=subscription.pk)
    user = user_of(subscription)
    if user is None:
        raise CannotChange(_("Nobody has this membership yet."))
    for found in MembershipChange.objects.asked().filter(subscription=subscription):
        if found.kind == kind and found.after.items() >= wanted.items():
            return found
        # What became of it nobody knows; should Stripe have done it, that is written down as Stripe tells it.
        found.failed_at, found.error = timezone.now(), "something else was asked for before Stripe answered"
        found.save(update_fields=["failed_at", "error"])
    # Whoever pressed twice waited for the lock, and finds it done.
    check(fresh, _ACTIONS[kind])
    if kind == ChangeKind.SWITCHED and _has(fresh, wanted):
        raise CannotChange(_("You have this already."))
    return MembershipChange.objects.create(
        kind=kind,
        user=user,
        subscription=subscription,
        actor_kind=ActorKind.READER if actor == user else ActorKind.STAFF,
        actor=actor,
        reason=reason[:500],
        reason_code=reason_code,
        after=wanted | details,
    )


_ACTIONS = {
    ChangeKind.SWITCHED: Action.SWITCH,
    ChangeKind.PAUSED: Action.PAUSE,
    ChangeKind.RESUMED: Action.RESUME,
    ChangeKind.CANCELLED: Action.CANCEL,
    ChangeKind.KEPT: Action.KEEP,
}


def _has(subscription: Subscription, wanted: dict[str, Any]) -> bool:
    tier = tier_of(subscription)
    return terms_of(subscription, tier=tier.name if tier else "").items() >= wanted.items()


def carry_out(
    change: MembershipChange, subscription: Subscription, call: Call, *, is_charged: bool = False
) -> MembershipChange:
    """Asks Stripe by `call`, and records the answer. `is_charged`: money may have been taken, which shows at once."""
    reached("change.asked")
    try:
        changed = call(change)
    except Refused as refusal:
        change.failed_at, change.error = timezone.now(), str(refusal)[:500]
        change.save(update_fields=["failed_at", "error"])
        raise
    reached("change.made_at_stripe")
    record(changed.snapshot)
    if is_charged and changed.invoice_id:
        _record_invoice(changed.invoice_id)
    # Stripe may have had it so already: then nothing has changed, and nothing closed the request.
    MembershipChange.objects.asked().filter(pk=change.pk).update(done_at=timezone.now())
    change.refresh_from_db()
    subscription.refresh_from_db()
    return change


def _record_invoice(invoice_id: str) -> None:
    """What was charged shows at once. If it cannot be read now, Stripe's event brings it."""
    try:
        facts = reading.snapshot_of_invoice(invoice_id)
    except GatewayError:
        return
    if facts:
        record(facts)
