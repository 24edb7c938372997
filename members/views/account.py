from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from members.gift_links import url_for
from members.models import Gift, Membership


@never_cache
@login_required
def account(request: HttpRequest) -> HttpResponse:
    """What I have, and what I gave."""
    memberships = (
        Membership.objects.filter(user=request.user.pk)
        .select_related("tier", "payment", "gift__payment")
        .order_by("-starts_on")
    )
    gifts = (
        Gift.objects.filter(payment__user=request.user.pk)
        .select_related("tier", "payment")
        .order_by("-created_at")
    )
    context = {
        "memberships": memberships,
        "gifts": [{"gift": gift, "url": url_for(gift.reference)} for gift in gifts],
    }
    return render(request, "members/account.html", context)
