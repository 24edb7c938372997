"""Staff put right an address that a reader mistyped on the way to paying."""

from typing import cast
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.cache import never_cache

from members.accounts.moving import move_purchase
from members.forms import EmailField
from members.models import User
from members.views.staff.granting import ReasonField
from payments.models import Checkout
from payments.views.staff import for_staff


class MoveForm(forms.Form):
    """Whose it is, and how staff know."""

    email = EmailField(label=gettext_lazy("The right address"))
    reason = ReasonField()


@never_cache
@for_staff("members.view_membership", "members.change_membership")
def move(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Moves what one checkout bought, and all that came with it, to the right address."""
    checkout = get_object_or_404(
        Checkout.objects.filter(payments__isnull=False).distinct(), reference=reference
    )
    form = MoveForm(request.POST or None)
    if form.is_valid():
        user = move_purchase(actor=cast(User, request.user), reference=reference, **form.cleaned_data)
        messages.success(request, _("Moved. %(email)s is told by mail.") % {"email": user.email})
        return redirect("staff_member", user.pk)
    return render(request, "members/staff/move_purchase.html", {"form": form, "checkout": checkout})
