"""A reader changes the account's address: a code to the new one proves it, the old one is told."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.cache import never_cache

from members.accounts import confirming, limits
from members.accounts.confirming import ReaderRequest
from members.accounts.moving import CannotMove, change_address
from members.forms import EmailField
from members.views.confirming import CodeForm, freshly_signed_in

PURPOSE = "address"


class AddressForm(forms.Form):
    """Where to from now on."""

    email = EmailField(label=gettext_lazy("New address"))

    def __init__(self, *args: Any, current: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.current = current

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"])
        if email == self.current:
            raise ValidationError(_("This is your address already."))
        return email


@never_cache
@freshly_signed_in
def change(request: ReaderRequest) -> HttpResponse:
    """Asks for the address, then for the code."""
    form = AddressForm(request.POST if "email" in request.POST else None, current=request.user.email)
    code = CodeForm(request.POST if "code" in request.POST else None)
    if form.is_valid():
        email = form.cleaned_data["email"]
        limits.spend(request, limits.MAIL, address=email)
        confirming.send_code(request, purpose=PURPOSE, email=email)
    elif "back" in request.POST:
        confirming.forget(request, purpose=PURPOSE)
    elif code.is_valid() and _is_done(request, code):
        return redirect("account")
    context = {"form": form, "code": code, "sent_to": confirming.awaited(request, purpose=PURPOSE)}
    return render(request, "members/account/email.html", context)


def _is_done(request: ReaderRequest, code: CodeForm) -> bool:
    email = confirming.proven(request, purpose=PURPOSE, code=code.cleaned_data["code"])
    if email is None:
        code.refuse(is_over=confirming.awaited(request, purpose=PURPOSE) is None)
        return False
    try:
        change_address(user=request.user, email=email)
    except CannotMove:
        code.add_error(
            None,
            _("This address belongs to an account that cannot be joined with yours. Please write to us."),
        )
        return False
    messages.success(request, _("Your address is %(email)s now.") % {"email": email})
    return True
