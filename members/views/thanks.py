from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from members.donation_form import ReminderForm
from members.forms import TestimonialForm
from members.gifts.gift_links import url_for
from members.models import Contribution, Gift, Testimonial
from members.selling.thanking import beginning_of
from payments.enums import CheckoutStatus
from payments.models import Checkout
from payments.reconciling.checkouts import reconcile_soon

CONFIRMING = "confirming"


@never_cache
@require_safe
def thanks(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Where Stripe sends a reader back to. It shows what is recorded, and grants nothing on its own word."""
    return show(request, reference)


def show(request: HttpRequest, reference: UUID, **more: Any) -> HttpResponse:
    """The page, with `more` for its template."""
    checkout = get_object_or_404(Checkout, reference=reference)
    state = _state(checkout)
    gift = Gift.objects.select_related("tier").filter(checkout=checkout, payment__isnull=False).first()
    contribution = (
        Contribution.objects.received().select_related("checkout").filter(checkout=checkout).first()
    )
    testimonial = Testimonial.objects.filter(checkout=checkout).first()
    context = {
        "state": state,
        "checkout": checkout,
        "beginning": beginning_of(checkout),
        "testimonial": testimonial,
        "testimonial_form": TestimonialForm(initial=_written(testimonial)),
        "gift": gift,
        "contribution": contribution,
        "reminder_form": ReminderForm(initial={"reminder": contribution.reminder}) if contribution else None,
        "gift_url": url_for(gift.reference) if gift else None,
        "site_url": settings.SITE_URL,
        "status_url": reverse("thanks_status", args=[reference]),
    }
    return render(request, "members/thanks.html", context | more)


def _written(testimonial: Testimonial | None) -> dict[str, Any]:
    return {"text": testimonial.text, "name": testimonial.name, "consent": True} if testimonial else {}


@never_cache
@require_safe
def thanks_status(request: HttpRequest, reference: UUID) -> JsonResponse:
    """The state alone, for the page that waits for it to change."""
    return JsonResponse({"state": _state(get_object_or_404(Checkout, reference=reference))})


def _state(checkout: Checkout) -> str:
    if checkout.status != CheckoutStatus.OPEN:
        return checkout.status
    # Stripe sends here only who is through: until we have heard of it, the answer is on its way.
    reconcile_soon(checkout)
    return CONFIRMING
