from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Prefetch, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from members.accounts.confirming import ReaderRequest
from members.changes import changing
from members.dues.signed_links import card_url
from members.models import Contribution
from members.views.reader import is_carried_out
from payments.models import Payment, Subscription


@never_cache
@login_required
@require_safe
def contributions(request: ReaderRequest) -> HttpResponse:
    """What I have given: each donation, its payments, and of a recurring one when the next is due."""
    context = {"contributions": _given_by(request)}
    return render(request, "members/account/contributions.html", context)


@never_cache
@login_required
def stop(request: ReaderRequest, pk: int) -> HttpResponse:
    """Asks once whether to stop a recurring donation, and stops it."""
    contribution, subscription = _recurring_or_404(request, pk)
    if request.method != "POST":
        context = {"contribution": contribution, "subscription": subscription}
        return render(request, "members/account/stop_contribution.html", context)
    if is_carried_out(request, lambda: changing.cancel(subscription=subscription, actor=request.user)):
        messages.success(request, _("Your donation is stopped. Nothing more is charged."))
    return redirect("my_contributions")


@never_cache
@login_required
@require_POST
def go_on(request: ReaderRequest, pk: int) -> HttpResponse:
    """Takes a stop back, as long as the time that was paid for lasts."""
    _contribution, subscription = _recurring_or_404(request, pk)
    if is_carried_out(request, lambda: changing.keep(subscription=subscription, actor=request.user)):
        messages.success(request, _("Thank you. Your donation goes on."))
    return redirect("my_contributions")


@never_cache
@login_required
@require_safe
def card(request: ReaderRequest, pk: int) -> HttpResponse:
    """To the page on which another card is put in, as from a mail."""
    _contribution, subscription = _recurring_or_404(request, pk)
    return redirect(card_url(subscription))


def _given_by(request: ReaderRequest) -> QuerySet[Contribution]:
    payments = Payment.objects.order_by("-paid_at")
    subscriptions = Subscription.objects.select_related("checkout", "customer").order_by("-pk")
    return (
        Contribution.objects.received()
        .filter(user=request.user)
        .select_related("checkout")
        .prefetch_related(
            Prefetch("checkout__payments", queryset=payments),
            Prefetch("checkout__subscriptions", queryset=subscriptions),
        )
        .order_by("-paid_at")
    )


def _recurring_or_404(request: ReaderRequest, pk: int) -> tuple[Contribution, Subscription]:
    contribution = get_object_or_404(_given_by(request), pk=pk, checkout__subscriptions__isnull=False)
    subscription: Subscription = contribution.subscription  # type: ignore[assignment]  # the query saw to that
    return contribution, subscription
