from django.contrib.auth.decorators import login_required
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from members.models import Contribution
from payments.models import Payment, Subscription


@never_cache
@login_required
def contributions(request: HttpRequest) -> HttpResponse:
    """What I have given: each donation, its payments, and of a recurring one when the next is due."""
    payments = Payment.objects.order_by("-paid_at")
    subscriptions = Subscription.objects.order_by("-pk")
    given = (
        Contribution.objects.received()
        .filter(user=request.user.pk)
        .select_related("checkout")
        .prefetch_related(
            Prefetch("checkout__payments", queryset=payments),
            Prefetch("checkout__subscriptions", queryset=subscriptions),
        )
        .order_by("-paid_at")
    )
    return render(request, "members/account/contributions.html", {"contributions": given})
