"""All that staff may know of one person: what they have, what they paid, and what became of it."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from members.changes.telling import difference
from members.memberships.granting import CHANGEABLE
from members.models import Gift, Membership, MembershipChange, User
from payments.models import Payment, Subscription
from payments.views.staff import for_staff

MOST = 50
"""Rows of a kind on the page, latest first; what is more is counted."""


@never_cache
@require_safe
@for_staff("members.view_membership")
def member(request: HttpRequest, pk: int) -> HttpResponse:
    """One person's page."""
    person = get_object_or_404(User, pk=pk)
    memberships = Membership.objects.filter(user=person).order_by("-ends_on", "-pk")
    payments = Payment.objects.filter(user=person).select_related("checkout").order_by("-paid_at", "-pk")
    subscriptions = Subscription.objects.filter(customer__user=person).select_related("customer")
    context = {
        "person": person,
        "customers": person.customers.order_by("pk"),
        "memberships": memberships.select_related("tier", "payment", "gift__payment")[:MOST],
        "membership_count": memberships.count(),
        "changeable": CHANGEABLE,
        "subscriptions": subscriptions.order_by("-created_at", "-pk"),
        "payments": payments[:MOST],
        "payment_count": payments.count(),
        "gifts_given": Gift.objects.filter(payment__user=person).select_related("tier", "redeemed_by"),
        "gifts_opened": person.gifts_redeemed.select_related("tier"),
        "history": _history(person),
        "most": MOST,
    }
    return render(request, "members/staff/member.html", context)


def _history(person: User) -> list[dict[str, Any]]:
    changes = MembershipChange.objects.filter(user=person).order_by("-asked_at", "-pk")
    return [
        {"change": change, "difference": difference(change)}
        for change in changes.select_related("actor", "subscription")
    ]
