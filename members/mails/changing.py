from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from members.changes.history import terms_of
from members.changes.story import day_in, terms_in_words
from members.enums import MailKind
from members.mails.cast import Cast
from members.mails.registry import Context, mail
from members.memberships.enrolments import next_charge_at
from members.models import Membership, MembershipChange, ReturnReminder
from payments.enums import Interval
from payments.models import Subscription

_WHY = _("You get this mail because something about your membership has changed.")


def _sample(cast: Cast) -> Context:
    subscription = Subscription(
        status="active",
        current_period_end=cast.now,
        amount=cast.money.amount,
        currency=cast.money.currency,
        interval=Interval.MONTH,
    )
    terms = terms_of(subscription, tier=cast.tier.name)
    after = terms | {"ends_at": cast.now.isoformat(), "until": cast.now.isoformat()}
    return _about(MembershipChange(subscription=subscription, before=terms, after=after))


@mail(MailKind.SWITCHED, why=_WHY, sample=_sample)
@mail(MailKind.PAUSED, why=_WHY, sample=_sample)
@mail(MailKind.RESUMED, why=_WHY, sample=_sample)
@mail(MailKind.CANCELLED, why=_WHY, sample=_sample)
@mail(MailKind.KEPT, why=_WHY, sample=_sample)
def changed(reference: str) -> Context:
    """Of a change: what was, what is, and what is charged next. Each kind has words of its own for it."""
    change = MembershipChange.objects.select_related("subscription").get(pk=reference)
    return _about(change)


def _sample_come_back(cast: Cast) -> Context:
    return _links()


@mail(
    MailKind.COME_BACK,
    why=_("You get this mail because you asked for it when you left. There is no other like it."),
    sample=_sample_come_back,
)
def come_back(reference: str) -> Context | None:
    """Of a reminder, unless its reader has a membership again."""
    reminder = ReturnReminder.objects.select_related("user").get(pk=reference)
    return None if _is_back(reminder) else _links()


def _is_back(reminder: ReturnReminder) -> bool:
    others = Membership.objects.held().filter(user=reminder.user).exclude(subscription=reminder.subscription)
    has_kept = reminder.subscription.is_running and not reminder.subscription.is_ending
    return has_kept or any(membership.is_active for membership in others)


def _about(change: MembershipChange) -> dict[str, Any]:
    subscription = change.subscription
    return _links() | {
        "before": terms_in_words(change.before),
        "after": terms_in_words(change.after),
        "ends": day_in(change.after, "ends_at"),
        "until": day_in(change.after, "until"),
        "subscription": subscription,
        "next_at": next_charge_at(subscription) if subscription else None,
    }


def _links() -> dict[str, Any]:
    return {
        "account_url": settings.SITE_URL + reverse("account"),
        "join_url": settings.SITE_URL + reverse("join"),
    }
