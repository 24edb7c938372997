"""What can be done with a membership as it is now, and what a change would mean."""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, auto

from django.db.models import Max

from members.memberships.tiers import tier_of
from members.models import Tier
from payments.enums import Interval, Rest
from payments.models import Payment, Subscription, UnchargedInvoice
from payments.money import Money


class CannotChange(Exception):
    """What was asked for makes no sense as things are; says why in words for the reader. Nothing was done."""


class Action(Enum):
    SWITCH = auto()
    PAUSE = auto()
    RESUME = auto()
    CANCEL = auto()
    KEEP = auto()


class Effect(Enum):
    """When a switch takes effect."""

    NOW = auto()
    """It is dearer: what is left of the paid period is set against it, and the rest charged at once."""
    NEXT_PAYMENT = auto()
    """Nothing is charged now, and what was paid for is kept to its end."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a reader would have: `amount` in minor units of the subscription's currency each `interval`."""

    tier: Tier
    interval: Interval
    amount: int


@dataclass(frozen=True, slots=True)
class SwitchPreview:
    """`due_now`, with `credit` taken off already; then `next_amount` on `next_on`. True for the unix second `at`."""

    effect: Effect
    due_now: Money
    credit: Money
    next_amount: Money
    next_on: datetime
    at: int


@dataclass(frozen=True, slots=True)
class Resumption:
    """What resuming now means: `charged_on` says when `amount` is taken next; `is_now` that it is at once."""

    is_now: bool
    charged_on: datetime
    amount: Money


def may(subscription: Subscription) -> set[Action]:
    """What makes sense now."""
    if not subscription.is_running:
        return set()
    if subscription.status in ("past_due", "unpaid"):
        return {Action.CANCEL}
    if subscription.is_ending:
        return {Action.KEEP}
    if subscription.is_paused:
        return {Action.RESUME, Action.CANCEL}
    if subscription.is_resting and subscription.rest == Rest.PAUSE:
        return {Action.RESUME, Action.CANCEL, Action.SWITCH}
    if subscription.is_on_trial:
        return {Action.SWITCH, Action.CANCEL}
    return {Action.SWITCH, Action.PAUSE, Action.CANCEL}


def effect_of(subscription: Subscription, terms: Terms) -> Effect:
    """Dearer: now; cheaper, or more for the same: from the next payment."""
    if subscription.status == "trialing":
        return Effect.NEXT_PAYMENT
    if terms.interval != subscription.interval:
        return Effect.NOW if terms.interval == Interval.YEAR else Effect.NEXT_PAYMENT
    is_higher = terms.tier != tier_of(subscription) and terms.amount > subscription.amount
    return Effect.NOW if is_higher else Effect.NEXT_PAYMENT


def paid_until(subscription: Subscription) -> datetime:
    """The end of what was paid for, or covered by credit. The next charge may be later, after a rest."""
    paid = Payment.objects.filter(subscription=subscription).aggregate(last=Max("period_end"))["last"]
    covered = UnchargedInvoice.objects.filter(subscription=subscription).aggregate(last=Max("period_end"))
    ends = [end for end in (paid, covered["last"]) if end]
    return max(ends) if ends else subscription.current_period_end


def resume_effect(subscription: Subscription, now: datetime) -> Resumption:
    """When the next charge would be taken, if a pause ended now."""
    until = paid_until(subscription)
    if subscription.is_paused:
        until = subscription.current_period_end
    return Resumption(is_now=until <= now, charged_on=max(until, now), amount=subscription.money)
