from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from members import changing
from members.models import Contribution, User
from members.offering import CannotChange
from payments.gateway.facts import GatewayError, Refused
from payments.models import Payment, Subscription


def _given_by(user: Any) -> QuerySet[Contribution]:
    payments = Payment.objects.order_by("-paid_at")
    subscriptions = Subscription.objects.select_related("checkout", "customer").order_by("-pk")
    return (
        Contribution.objects.received()
        .filter(user=user.pk)
        .select_related("checkout")
        .prefetch_related(
            Prefetch("checkout__payments", queryset=payments),
            Prefetch("checkout__subscriptions", queryset=subscriptions),
        )
        .order_by("-paid_at")
    )


@never_cache
@login_required
def contributions(request: HttpRequest) -> HttpResponse:
    """What I have given: each donation, its payments, and of a recurring one when the next is due."""
    context = {"contributions": _given_by(request.user)}
    return render(request, "members/account/contributions.html", context)


@never_cache
@login_required
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks once whether to stop a recurring donation, and stops it."""
    contribution = get_object_or_404(_given_by(request.user).exclude(interval=""), pk=pk)
    if request.method == "POST":
        said = _("Your donation is stopped. Nothing more is charged.")
        return _change(request, contribution, changing.cancel, said)
    context = {"contribution": contribution, "subscription": contribution.subscription}
    return render(request, "members/account/stop_contribution.html", context)


@never_cache
@login_required
@require_POST
def go_on(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes a stop back, as long as the time that was paid for lasts."""
    contribution = get_object_or_404(_given_by(request.user).exclude(interval=""), pk=pk)
    return _change(request, contribution, changing.keep, _("Thank you. Your donation goes on."))


def _change(
    request: HttpRequest, contribution: Contribution, verb: Callable[..., Any], said: str
) -> HttpResponse:
    user = request.user
    if contribution.subscription is None or not isinstance(user, User):
        return redirect("my_contributions")
    try:
        verb(subscription=contribution.subscription, actor=user)
    except CannotChange:
        messages.error(request, _("That is done already. Nothing was changed."))
    except Refused:
        messages.error(request, _("Our payment service refused that. Nothing was changed: please write to us."))
    except GatewayError:
        messages.error(
            request,
            _("Our payment service cannot be reached just now. Look here again in a while, and try once more."),
        )
    else:
        messages.success(request, said)
    return redirect("my_contributions")
