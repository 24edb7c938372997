"""Pages of Stripe's that serve an account as they are: another card, and the invoices."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from members.accounts.confirming import ReaderRequest
from members.memberships.enrolments import subscriptions_of
from members.views.reader import AWAY, enrolment_or_404
from payments.gateway.facts import GatewayError
from payments.models import Customer
from payments.portal import open_portal


@never_cache
@login_required
@require_POST
def change_card(request: ReaderRequest, pk: int) -> HttpResponse:
    """Leads to the page where the membership gets another card; first to what that would pay, if something is owed."""
    enrolment = enrolment_or_404(request, pk)
    if enrolment.owed:
        return redirect(enrolment.card_url)
    return _to_stripe(request, enrolment.subscription.customer, back="account", is_for_card=True)


@never_cache
@login_required
@require_POST
def invoices(request: ReaderRequest) -> HttpResponse:
    """Leads to the reader's invoices as Stripe made them."""
    newest = subscriptions_of(request.user).filter(customer__deleted_at=None).first()
    if newest is None:
        raise Http404
    return _to_stripe(request, newest.customer, back="receipts", is_for_card=False)


def _to_stripe(request: ReaderRequest, customer: Customer, *, back: str, is_for_card: bool) -> HttpResponse:
    try:
        return redirect(open_portal(customer, settings.SITE_URL + reverse(back), is_for_card))
    except GatewayError:
        messages.error(request, AWAY)
        return redirect(back)
