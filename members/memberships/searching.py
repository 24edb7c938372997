"""Whom staff look for among all who have an account, and what a list says of each: in one query."""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from members.enums import ChangeKind, Find, Origin
from members.models import Gift, Membership, MembershipChange, User
from payments.models import Customer, Payment, Subscription

UNPAID = ("past_due", "unpaid")
"""Stripe's words for a subscription whose last charge failed."""
_STRIPE_PREFIXES = ("cus_", "sub_", "ch_", "py_", "pi_", "in_")


def find_members(*, words: str = "", only: str = "") -> "QuerySet[User, Any]":
    """Everybody with an account, latest first, or those who fit; each with `tier_name`, `origin`, `ends_on` of the
    membership that goes on for longest, and `is_member`, `is_unpaid`.

    `words`: of an address, of a name on a gift, or the whole id of something at Stripe. `only`: a `Find`.
    """
    found = User.objects.order_by("-pk")
    if words := words.strip():
        found = found.filter(_about(words))
    if only:
        found = found.filter(_standing(Find(only)))
    lasting = _memberships().order_by("-ends_on", "-tier__position", "-pk")
    return found.annotate(
        tier_name=Subquery(lasting.values("tier__name")[:1]),
        origin=Subquery(lasting.values("origin")[:1]),
        ends_on=Subquery(lasting.values("ends_on")[:1]),
        is_member=Exists(_active()),
        is_unpaid=Exists(_unpaid()),
    )


def _about(words: str) -> Q:
    if words.startswith(_STRIPE_PREFIXES):
        return _at_stripe(words)
    named = Gift.objects.filter(
        Q(giver_name__icontains=words, payment__user=OuterRef("pk"))
        | Q(recipient_name__icontains=words, redeemed_by=OuterRef("pk"))
    )
    return Q(email__icontains=words) | Q(Exists(named))


def _at_stripe(stripe_id: str) -> Q:
    customers = Customer.objects.filter(Q(stripe_id=stripe_id) | Q(subscriptions__stripe_id=stripe_id))
    payments = Payment.objects.filter(
        Q(charge_id=stripe_id) | Q(payment_intent_id=stripe_id) | Q(invoice_id=stripe_id)
    )
    return Q(pk__in=customers.values("user")) | Q(pk__in=payments.values("user"))


def _standing(only: Find) -> Q:
    match only:
        case Find.ACTIVE:
            return Q(Exists(_active()))
        case Find.PAST_DUE:
            return Q(Exists(_unpaid()))
        case Find.ENDED:
            return Exists(_memberships()) & ~Exists(_active())
        case Find.IMPORTED:
            brought = MembershipChange.objects.filter(user=OuterRef("pk"), kind=ChangeKind.IMPORTED)
            return Exists(brought) | Exists(_memberships().filter(origin=Origin.IMPORT))
    return Q(Exists(_active().filter(origin=_ORIGINS[only])))


_ORIGINS = {Find.TRIAL: Origin.TRIAL, Find.GIFTED: Origin.GIFT, Find.COMPED: Origin.COMP}


def _memberships() -> "QuerySet[Membership]":
    return Membership.objects.held().filter(user=OuterRef("pk"))


def _active() -> "QuerySet[Membership]":
    return Membership.objects.active_on(timezone.localdate()).filter(user=OuterRef("pk"))


def _unpaid() -> "QuerySet[Subscription]":
    return Subscription.objects.filter(customer__user=OuterRef("pk"), status__in=UNPAID)
