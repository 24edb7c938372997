from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from members.forms import TestimonialForm
from members.selling.testifying import CannotTestify, withdraw_testimonial, write_testimonial
from members.views import thanks
from payments.models import Checkout


@require_POST
def testify(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Whoever holds the thank-you page's address writes, rewrites or takes back their words."""
    checkout = get_object_or_404(Checkout, reference=reference)
    if "withdraw" in request.POST:
        if withdraw_testimonial(checkout):
            messages.success(request, _("Your words are taken back. They are shown nowhere any more."))
        return _back(reference)
    form = TestimonialForm(request.POST)
    if not form.is_valid():
        return thanks.show(request, reference, testimonial_form=form)
    wanted = form.cleaned_data
    try:
        write_testimonial(checkout=checkout, text=wanted["text"], name=wanted["name"])
    except CannotTestify:
        messages.error(
            request, _("Your words could not be kept: they are shown already, or nothing was joined.")
        )
    else:
        messages.success(request, _("Thank you. We read your words before we show them."))
    return _back(reference)


def _back(reference: UUID) -> HttpResponse:
    return redirect(reverse("thanks", args=[reference]) + "#words")
