"""Another tier, interval or amount: chosen on one page, said yes to on the next, which tells what it costs."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core import signing
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.cache import never_cache

from members.accounts import limits
from members.accounts.confirming import ReaderRequest
from members.change_forms import SwitchForm
from members.changes.changing import preview_switch, switch
from members.changes.choices import choices_for
from members.changes.offering import Action, CannotChange, Effect, SwitchPreview, Terms
from members.memberships.enrolments import Enrolment
from members.models import Tier
from members.views.reader import AWAY, enrolment_or_404, is_carried_out
from payments.enums import Interval
from payments.gateway.facts import GatewayError
from payments.money import Money

GOOD_FOR = 30 * 60
"""Seconds that a shown sum stands: Stripe charges by what was told, at the moment that it was told for."""


@method_decorator([never_cache, login_required], name="dispatch")
class SwitchView(View):
    """The form is sent by GET, which asks Stripe for the sum and changes nothing; the yes is a POST."""

    def get(self, request: ReaderRequest, pk: int) -> HttpResponse:
        enrolment = enrolment_or_404(request, pk)
        if Action.SWITCH not in enrolment.may:
            return _not_now(request)
        form = SwitchForm(
            request.GET if "plan" in request.GET else None,
            choices=choices_for(enrolment.subscription, enrolment.tier),
        )
        if not form.is_valid():
            return _form(request, enrolment, form)
        limits.spend(request, limits.CHECKOUT, address=request.user.email)
        try:
            preview = preview_switch(subscription=enrolment.subscription, terms=form.cleaned_data["terms"])
        except CannotChange as reason:
            form.add_error(None, str(reason))
        except GatewayError:
            form.add_error(None, AWAY)
        else:
            return _confirm(request, enrolment, form.cleaned_data["terms"], preview)
        return _form(request, enrolment, form)

    def post(self, request: ReaderRequest, pk: int) -> HttpResponse:
        enrolment = enrolment_or_404(request, pk)
        agreed = _agreed(request.POST.get("agreed", ""), pk)
        if agreed is None:
            messages.warning(request, _("That was shown a while ago. Please look at the sum once more."))
            return redirect("switch", pk=pk)
        terms, at = agreed
        if _has(enrolment, terms) or is_carried_out(
            request,
            lambda: switch(subscription=enrolment.subscription, terms=terms, actor=request.user, at=at),
        ):
            messages.success(request, _("Done. Your membership is changed as you see here."))
        return redirect("account")


def _has(enrolment: Enrolment, terms: Terms) -> bool:
    """A second press of the button asks for what there is already."""
    subscription = enrolment.subscription
    return (enrolment.tier, subscription.interval, subscription.amount) == (
        terms.tier, terms.interval, terms.amount
    )  # fmt: skip


def _not_now(request: ReaderRequest) -> HttpResponse:
    messages.warning(request, _("This cannot be changed just now. What can be done stands beside it."))
    return redirect("account")


def _form(request: ReaderRequest, enrolment: Enrolment, form: SwitchForm) -> HttpResponse:
    context = {"enrolment": enrolment, "form": form, "choices": list(form.offered.values())}
    return render(request, "members/account/switch.html", context)


def _confirm(
    request: ReaderRequest, enrolment: Enrolment, terms: Terms, preview: SwitchPreview
) -> HttpResponse:
    context = {
        "enrolment": enrolment,
        "terms": terms,
        "price": Money(terms.amount, enrolment.subscription.currency),
        "preview": preview,
        "is_now": preview.effect == Effect.NOW,
        "agreed": _sealed(enrolment.subscription.pk, terms, preview.at),
    }
    return render(request, "members/account/switch_confirm.html", context)


def _sealed(pk: int, terms: Terms, at: int) -> str:
    """What the page has shown, so that nobody can say yes to another moment, for which the sum is another."""
    told = [pk, terms.tier.pk, terms.interval, terms.amount, at]
    return signing.dumps(told, salt="switch", compress=True)


def _agreed(sealed: str, pk: int) -> tuple[Terms, int] | None:
    """What was said yes to. None: nothing that we showed lately for this subscription."""
    try:
        told: list[Any] = signing.loads(sealed, salt="switch", max_age=GOOD_FOR)
    except signing.BadSignature:
        return None
    subscription, tier, interval, amount, at = told
    found = Tier.objects.filter(pk=tier).first()
    if subscription != pk or found is None:
        return None
    return Terms(tier=found, interval=Interval(interval), amount=amount), at
