"""What a reader has, as their account tells it: from our rows alone, in as many queries for one row as for fifty."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet
from django.utils import timezone

from members.changes.offering import Action, may
from members.dues.signed_links import card_url
from members.memberships.tiers import tiers_of
from members.models import Membership, MembershipChange, Tier
from payments.enums import Purpose, Rest
from payments.models import Subscription, UnpaidInvoice

if TYPE_CHECKING:
    from members.models import User


class State(StrEnum):
    """How a subscription stands, in the words of a reader. The first that fits counts."""

    ENDED = "ended"
    ENDING = "ending"
    PAUSED = "paused"
    RESTING = "resting"
    """Charges nothing for a while, for another reason than a pause: what was paid for, or given, goes first."""
    TRIAL = "trial"
    OVERDUE = "overdue"
    RUNNING = "running"


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A subscription and what it has brought. `tier`: what the next payment is for."""

    subscription: Subscription
    tier: Tier | None
    memberships: list[Membership]
    asked: list[MembershipChange]
    owed: list[UnpaidInvoice]

    @property
    def state(self) -> State:
        return state_of(self.subscription)

    @property
    def may(self) -> set[Action]:
        """What makes sense now."""
        return may(self.subscription)

    @property
    def can(self) -> set[str]:
        """The same for templates: "switch", "cancel" …"""
        return {action.name.lower() for action in self.may}

    @property
    def current(self) -> Membership | None:
        """What entitles today; of several the highest."""
        active = [membership for membership in self.memberships if membership.is_active]
        return max(active, key=lambda membership: membership.tier.position, default=None)

    @property
    def shown_tier(self) -> Tier | None:
        """What they are now; of one that entitles to nothing today, what it would."""
        return self.current.tier if self.current else self.tier

    @property
    def is_well(self) -> bool:
        return self.current is not None and self.state not in (State.ENDED, State.ENDING, State.OVERDUE)

    @property
    def until(self) -> date | None:
        """The first day that nothing of it entitles to yet."""
        return max((each.ends_on for each in self.memberships if each.is_held), default=None)

    @property
    def next_at(self) -> datetime | None:
        """When money is taken next; None if never, or if nobody can say."""
        return next_charge_at(self.subscription)

    @property
    def grace(self) -> UnpaidInvoice | None:
        """What is owed and still costs nobody their access."""
        today = timezone.localdate()
        return next((each for each in self.owed if today <= each.last_day_of_grace), None)

    @property
    def card_url(self) -> str:
        """The page on which another card pays what is owed."""
        return card_url(self.subscription)

    @property
    def is_over(self) -> bool:
        return self.state == State.ENDED and self.current is None


def state_of(subscription: Subscription) -> State:
    overdue = subscription.status in ("past_due", "unpaid")
    found = {
        State.ENDED: not subscription.is_running,
        State.ENDING: subscription.is_ending,
        State.PAUSED: subscription.is_paused or (subscription.is_resting and subscription.rest == Rest.PAUSE),
        State.RESTING: subscription.is_resting,
        State.TRIAL: subscription.is_on_trial,
        State.OVERDUE: overdue,
    }
    return next((state for state, fits in found.items() if fits), State.RUNNING)


def next_charge_at(subscription: Subscription) -> datetime | None:
    state = state_of(subscription)
    if state in (State.ENDED, State.ENDING, State.OVERDUE):
        return None
    if subscription.is_paused:
        return subscription.paused_until
    return subscription.current_period_end


def subscriptions_of(user: "User") -> QuerySet[Subscription]:
    """The reader's subscriptions to memberships, newest first: those that they made, or that were joined to them."""
    mine = Q(checkout__user=user) | Q(checkout__user=None, customer__user=user)
    return (
        Subscription.objects.filter(mine, checkout__purpose=Purpose.MEMBERSHIP)
        .select_related("checkout__signup__plan__tier", "customer")
        .order_by("-created_at", "-pk")
    )


def memberships_of(user: "User") -> QuerySet[Membership]:
    """All of the reader's memberships, latest first."""
    found = Membership.objects.filter(user=user).select_related("tier", "payment", "gift__payment")
    return found.order_by("-starts_on", "-pk")


def enrolments_of(user: "User", memberships: Iterable[Membership]) -> list[Enrolment]:
    """Each subscription with what it brought (of `memberships`), and what the reader asked for and waits for."""
    subscriptions = list(subscriptions_of(user))
    tiers = tiers_of(subscriptions)
    brought = defaultdict(list)
    for membership in memberships:
        brought[membership.subscription_id].append(membership)
    asked = defaultdict(list)
    for change in _waiting().filter(subscription__in=subscriptions):
        asked[change.subscription_id].append(change)
    owed = defaultdict(list)
    for invoice in UnpaidInvoice.objects.open().filter(subscription__in=subscriptions):
        owed[invoice.subscription_id].append(invoice)
    return [
        Enrolment(each, tiers[each.pk], brought[each.pk], asked[each.pk], owed[each.pk])
        for each in subscriptions
    ]


def enrolment_of(subscription: Subscription) -> Enrolment:
    """The same for one."""
    brought = Membership.objects.filter(subscription=subscription)
    return Enrolment(
        subscription,
        tiers_of([subscription])[subscription.pk],
        list(brought.select_related("tier", "payment", "gift__payment")),
        list(_waiting().filter(subscription=subscription)),
        list(UnpaidInvoice.objects.open().filter(subscription=subscription)),
    )


def _waiting() -> QuerySet[MembershipChange]:
    """What was asked for lately. Of older requests we have read since that nothing came of them."""
    return MembershipChange.objects.asked().filter(asked_at__gt=timezone.now() - timedelta(days=1))


def others_now(memberships: Iterable[Membership]) -> list[Membership]:
    """Those that no subscription renews (gifts, complimentary, brought over) and that are not over."""
    today = timezone.localdate()
    return [
        each for each in memberships if each.subscription_id is None and each.is_held and each.ends_on > today
    ]
