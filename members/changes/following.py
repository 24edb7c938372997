"""Writes down what became of a subscription, whoever brought it about: a request of ours, or somebody at Stripe."""

from copy import copy
from datetime import datetime
from typing import Any

from django.utils import timezone

from members.changes.history import terms_of, write_change
from members.enums import ActorKind, ChangeKind, MailKind
from members.memberships.tiers import tier_of
from members.models import MembershipChange, User
from members.outbox.mailing import owe_mail
from payments.enums import Purpose, Rest, Standing
from payments.fulfilment import follows, regards
from payments.models import Payment, Subscription


@follows(Purpose.MEMBERSHIP)
def follow_membership(now: Subscription, before: Subscription) -> None:
    """Closes the requests that Stripe has carried out, and writes down what nobody of ours asked for."""
    user = user_of(now)
    if user is None:
        return
    if before.is_running and not now.is_running:
        _end(now, user, was_ending=before.is_ending)
    elif now.is_ending != before.is_ending:
        kind = ChangeKind.CANCELLED if now.is_ending else ChangeKind.KEPT
        _close(kind, now, user, after={"ends_at": _text(now.current_period_end)})
    if _terms(now) != _terms(before):
        _close(ChangeKind.SWITCHED, now, user, before=_told_terms(before), after=_told_terms(now))
    _note_card(now, before, user)
    if _rests(now) and _rests_until(now) != _rests_until(before):
        _close(ChangeKind.PAUSED, now, user, after={"until": _rests_until(now)})
    elif _rests(before) and not _rests(now) and now.is_running:
        _close(ChangeKind.RESUMED, now, user)


def catch_up(subscription: Subscription) -> None:
    """Of a subscription that we first hear of as a member's: what became of it since it was made."""
    fresh = copy(subscription)
    fresh.status, fresh.is_ending, fresh.rest, fresh.is_paused = "active", False, "", False
    follow_membership(subscription, fresh)


@regards(Purpose.MEMBERSHIP)
@regards(Purpose.GIFT)
def regard_payment(payment: Payment, before: Standing) -> None:
    """A refund or dispute takes access away, or gives it back."""
    membership = getattr(payment, "membership", None)
    if membership is None and (gift := getattr(payment, "gift", None)):
        membership = getattr(gift, "membership", None)
    if membership is None:
        return
    now = timezone.now()
    write_change(
        key=f"standing:{payment.charge_id}:{payment.standing}:{now.isoformat()}",
        kind=_standing_kind(before, Standing(payment.standing)),
        user=membership.user,
        done_at=now,
        actor_kind=ActorKind.STRIPE,
        subscription=payment.subscription,
        membership=membership,
        before={"standing": before},
        after={"standing": payment.standing},
    )


def _standing_kind(before: Standing, now: Standing) -> ChangeKind:
    if now == Standing.FROZEN:
        return ChangeKind.DISPUTED
    was_disputed = before == Standing.FROZEN
    if now == Standing.RETURNED:
        return ChangeKind.DISPUTE_LOST if was_disputed else ChangeKind.REFUNDED
    return ChangeKind.DISPUTE_WON if was_disputed else ChangeKind.REFUND_UNDONE


def _end(now: Subscription, user: User, *, was_ending: bool) -> None:
    ended_at = now.ended_at or now.read_at
    asked = MembershipChange.objects.asked().filter(subscription=now, kind=ChangeKind.CANCELLED)
    is_told = was_ending or asked.exists() or now.ending_reason == "payment_failed"
    _close(ChangeKind.CANCELLED, now, user, is_only_asked=True, after={"ends_at": _text(ended_at)})
    ended = write_change(
        key=f"ended:{now.stripe_id}",
        kind=ChangeKind.ENDED,
        user=user,
        done_at=ended_at,
        actor_kind=ActorKind.SYSTEM,
        subscription=now,
        reason_code=now.ending_reason,
    )
    if not is_told:
        owe_mail(kind=MailKind.CANCELLED, reference=ended.pk, recipient=user.email)


def _close(
    kind: ChangeKind,
    subscription: Subscription,
    user: User,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    is_only_asked: bool = False,
) -> None:
    """The oldest open request of the kind has taken effect; without one, somebody did it at Stripe."""
    told = {"done_at": subscription.read_at, "before": before or {}, "after": after or {}}
    asked = MembershipChange.objects.asked().filter(subscription=subscription, kind=kind)
    if first := asked.order_by("asked_at").first():
        MembershipChange.objects.filter(pk=first.pk).update(**told)
        _write_to(user, first)
    elif not is_only_asked:
        made = MembershipChange.objects.create(
            kind=kind,
            user=user,
            subscription=subscription,
            actor_kind=ActorKind.STRIPE,
            asked_at=subscription.read_at,
            **told,
        )
        _write_to(user, made)


def _write_to(user: User, change: MembershipChange) -> None:
    """Whoever did it: its reader has it in writing, once."""
    owe_mail(kind=MailKind(change.kind), reference=change.pk, recipient=user.email)


def _note_card(now: Subscription, before: Subscription, user: User) -> None:
    """Another card pays, or the same for longer."""
    if _card(now) == _card(before) or not (before.card_last4 and now.card_last4):
        return
    write_change(
        key=f"card:{now.stripe_id}:{now.read_at.isoformat()}",
        kind=ChangeKind.CARD_CHANGED,
        user=user,
        done_at=now.read_at,
        subscription=now,
        after={"brand": now.card_brand, "last4": now.card_last4},
    )


def _card(subscription: Subscription) -> tuple[object, ...]:
    return (subscription.card_brand, subscription.card_last4, subscription.card_expires_on)


def user_of(subscription: Subscription) -> User | None:
    """Whose it is; None while nothing was paid."""
    checkout, customer = subscription.checkout, subscription.customer
    pk = checkout.user_id or customer.user_id
    return User.objects.filter(pk=pk).first() if pk else None


def _terms(subscription: Subscription) -> tuple[object, ...]:
    return (subscription.amount, subscription.interval, subscription.product_id)


def _told_terms(subscription: Subscription) -> dict[str, Any]:
    tier = tier_of(subscription)
    return terms_of(subscription, tier=tier.name if tier else "")


def _rests(subscription: Subscription) -> bool:
    return subscription.is_paused or (subscription.is_resting and subscription.rest == Rest.PAUSE)


def _rests_until(subscription: Subscription) -> str:
    if not _rests(subscription):
        return ""
    until = subscription.paused_until if subscription.is_paused else subscription.trial_ends_at
    return _text(until) if until else "for now"


def _text(instant: datetime) -> str:
    return instant.isoformat()
