"""Notices about what is ahead: a card that will not be good any more, a yearly payment. Each once."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from members.dues.dunning import is_left_alone, owe_each
from members.enums import MailKind
from payments.enums import Interval
from payments.models import Subscription

CARD_AHEAD = timedelta(days=30)
RENEWAL_AHEAD = timedelta(days=7)
_GOOD = ("active", "trialing")


def is_card_needed(subscription: Subscription) -> bool:
    """The next payment comes when the card is no longer good."""
    if subscription.status not in _GOOD or is_left_alone(subscription) or not subscription.card_expires_on:
        return False
    return _charged_on(subscription) >= subscription.card_expires_on


def is_renewal_near(subscription: Subscription) -> bool:
    """A year is charged within days, and nobody has said otherwise."""
    is_running = subscription.status in _GOOD and not is_left_alone(subscription)
    return (
        is_running
        and subscription.interval == Interval.YEAR
        and subscription.current_period_end > timezone.now()
    )


def owe_notices(now: datetime | None = None) -> int:
    """Owes each notice whose day has come, once per subscription and date; how many were owed."""
    now = now or timezone.now()
    return owe_each((*_cards(now), *_renewals(now)))


def _cards(now: datetime) -> Iterator[tuple[MailKind, str, Subscription]]:
    soon = timezone.localdate(now) + CARD_AHEAD
    near = _running().filter(card_expires_on__lte=soon, card_expires_on__gt=soon - CARD_AHEAD)
    for each in near.filter(current_period_end__gt=now):
        if is_card_needed(each):
            yield MailKind.CARD_EXPIRING, f"{each.pk}:{each.card_expires_on}", each


def _renewals(now: datetime) -> Iterator[tuple[MailKind, str, Subscription]]:
    near = _running().filter(
        interval=Interval.YEAR, current_period_end__gt=now, current_period_end__lte=now + RENEWAL_AHEAD
    )
    for each in near:
        if is_renewal_near(each):
            yield MailKind.RENEWAL_AHEAD, f"{each.pk}:{_charged_on(each)}", each


def _running() -> QuerySet[Subscription]:
    found = Subscription.objects.filter(status__in=_GOOD, is_ending=False, is_paused=False)
    return found.select_related("checkout", "customer")


def _charged_on(subscription: Subscription) -> date:
    return timezone.localdate(subscription.current_period_end)
