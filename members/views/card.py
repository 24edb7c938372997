"""The card page, for whoever was written to about a payment: without signing in, and for nothing else."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import structlog
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django.views.generic import FormView

from members.accounts.limits import MAIL, spend
from members.changes.following import user_of
from members.dues.card_links import send_links
from members.dues.signed_links import back_from_portal, back_url, card_url, subscription_of
from members.forms import CardLinkForm
from members.memberships.tiers import name_of
from payments.collecting import ask_collection
from payments.enums import Collected, Purpose, QueueState
from payments.gateway.facts import GatewayError
from payments.models import CollectionRequest, Subscription, UnpaidInvoice
from payments.portal import open_portal

log = structlog.get_logger(__name__)

TRYING, SAVED = "trying", "saved"


@dataclass(frozen=True, slots=True)
class Standing:
    """What the page tells of a subscription. The card is shown to nobody but its reader, signed in."""

    subscription: Subscription
    owed: list[UnpaidInvoice]
    what: str
    is_donation: bool
    is_mine: bool

    @property
    def is_over(self) -> bool:
        return not self.subscription.is_running and not self.owed

    @property
    def keeps_until(self) -> date | None:
        """The last day with access, while something is owed."""
        return None if self.is_donation or not self.owed else self.owed[0].last_day_of_grace

    @property
    def to_confirm(self) -> UnpaidInvoice | None:
        """What the reader's bank wants them to confirm, on Stripe's page."""
        return next((each for each in self.owed if each.needs_confirmation and each.page_url), None)

    @property
    def url(self) -> str:
        return card_url(self.subscription)


@method_decorator(never_cache, name="dispatch")
class CardView(View):
    """Shows what is open. Only a POST leads on to Stripe: mail scanners follow links."""

    def get(self, request: HttpRequest, token: str, *, status: int = 200) -> HttpResponse:
        subscription = subscription_of(token)
        if subscription is None:
            return _unknown(request)
        standing = _standing(request, subscription)
        return render(request, "members/card/page.html", {"standing": standing}, status=status)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        subscription = subscription_of(token)
        if subscription is None:
            return _unknown(request)
        standing = _standing(request, subscription)
        if standing.to_confirm and "confirm" in request.POST:
            return redirect(standing.to_confirm.page_url)
        try:
            return redirect(_portal(subscription))
        except GatewayError as error:
            log.warning("portal_not_opened", error=type(error.__cause__).__name__)
            messages.error(
                request,
                _(
                    "Our payment service cannot be reached just now. No money was taken. Please try again in a while."
                ),
            )
            return self.get(request, token, status=503)


@never_cache
@require_safe
def back(request: HttpRequest, token: str) -> HttpResponse:
    """Where Stripe's portal sends a reader who has saved a card: it is tried at once, and this page says what came."""
    found = _asked(token)
    if found is None:
        return _unknown(request)
    context = {
        "standing": _standing(request, found.subscription),
        "state": _state(found),
        "status_url": reverse("card_back_status", args=[token]),
    }
    return render(request, "members/card/back.html", context)


@never_cache
@require_safe
def back_status(request: HttpRequest, token: str) -> JsonResponse:
    """The state alone, for the page that waits for it to change."""
    found = _asked(token)
    return JsonResponse({"state": _state(found) if found else None}, status=200 if found else 404)


@method_decorator(never_cache, name="dispatch")
class CardLinkView(FormView):
    """A new link by mail. It says the same whether or not anybody is known by the address."""

    template_name = "members/card/link.html"
    form_class = CardLinkForm

    def form_valid(self, form: CardLinkForm) -> HttpResponse:
        spend(self.request, MAIL, address=form.cleaned_data["email"])
        send_links(form.cleaned_data["email"])
        return render(self.request, "members/card/link_sent.html", {"email": form.cleaned_data["email"]})


def _unknown(request: HttpRequest) -> HttpResponse:
    context: dict[str, Any] = {"form": CardLinkForm(), "is_unknown": True}
    return render(request, "members/card/link.html", context, status=404)


def _asked(token: str) -> CollectionRequest | None:
    came = back_from_portal(token)
    return ask_collection(came[0], since=came[1]) if came else None


def _state(request: CollectionRequest) -> str:
    """`trying` until it was tried, then what came of it."""
    if request.state != QueueState.DONE:
        return TRYING
    return SAVED if request.outcome == Collected.NOTHING else request.outcome


def _portal(subscription: Subscription) -> str:
    """Stripe's page for another card. Who saves one is tried at once, who turns back is where they were."""
    return open_portal(subscription.customer, card_url(subscription), True, saved_url=back_url(subscription))


def _standing(request: HttpRequest, subscription: Subscription) -> Standing:
    return Standing(
        subscription=subscription,
        owed=list(UnpaidInvoice.objects.open().filter(subscription=subscription)),
        what=name_of(subscription),
        is_donation=subscription.checkout.purpose == Purpose.CONTRIBUTION,
        is_mine=request.user.is_authenticated and user_of(subscription) == request.user,
    )
