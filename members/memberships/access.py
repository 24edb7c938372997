"""Who may read what members read: whoever has a membership today, and for some days whoever owes for one."""

from dataclasses import dataclass
from datetime import date

from django.contrib.auth.models import AnonymousUser

from members.models import Membership, Tier, User
from payments.enums import Purpose
from payments.models import UnpaidInvoice


@dataclass(frozen=True, slots=True)
class Grace:
    """Access that is not paid for: to the tier that the reader had last, until a day (the first without)."""

    invoice: UnpaidInvoice
    tier: Tier
    ends_on: date


def has_access(user: User | AnonymousUser, day: date) -> bool:
    """Whether the reader has access on the day, paid for or in grace."""
    if not user.is_authenticated:
        return False
    return Membership.objects.active_on(day).filter(user=user).exists() or grace_of(user, day) is not None


def grace_of(user: User, day: date) -> Grace | None:
    """The reader's grace on the day. A query alone: no row says so, and none has to be taken back."""
    owed = UnpaidInvoice.objects.in_grace(day).filter(
        subscription__customer__user=user, subscription__checkout__purpose=Purpose.MEMBERSHIP
    )
    for invoice in owed.select_related("subscription"):
        had = Membership.objects.held().filter(subscription=invoice.subscription_id).select_related("tier")
        last = had.order_by("ends_on").last()
        if last:
            return Grace(invoice=invoice, tier=last.tier, ends_on=invoice.grace_ends_on)
    return None
