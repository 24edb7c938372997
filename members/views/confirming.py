"""Asks for a code by mail before what cannot be undone, unless the reader signed in a moment ago."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from allauth.account.utils import get_next_redirect_url
from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from members.accounts import confirming, limits
from members.accounts.confirming import ReaderRequest

PURPOSE = "presence"
View = Callable[..., HttpResponseBase]


class CodeForm(forms.Form):
    """The code from a mail."""

    code = forms.CharField(
        label=_("Code"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autocapitalize": "characters"}),
        error_messages={"required": _("Enter the code from the mail.")},
    )

    def refuse(self, *, is_over: bool) -> None:
        """Says why the code did not do."""
        over = _("This code does not work any more. Ask for a new one.")
        self.add_error("code", over if is_over else _("This is not the code in our mail. Look once more."))


def freshly_signed_in(view: View) -> View:
    """Lets in who has proved a moment ago that the account is theirs; asks the others for a code, then goes on."""

    @login_required
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if confirming.is_fresh(request):
            return view(request, *args, **kwargs)
        return redirect(f"{reverse('account_confirm')}?{urlencode({'next': request.path})}")

    return guarded


@never_cache
@login_required
def confirm(request: ReaderRequest) -> HttpResponse:
    """Sends the code when asked to, and takes it."""
    form = CodeForm(request.POST if "code" in request.POST else None)
    if request.method == "POST" and not form.is_bound:
        limits.spend(request, limits.MAIL, address=request.user.email)
        confirming.send_code(request, purpose=PURPOSE, email=request.user.email)
    elif form.is_bound and form.is_valid():
        if confirming.proven(request, purpose=PURPOSE, code=form.cleaned_data["code"]):
            confirming.make_fresh(request)
            return redirect(get_next_redirect_url(request) or "account")
        form.refuse(is_over=confirming.awaited(request, purpose=PURPOSE) is None)
    context = {
        "form": form,
        "is_sent": confirming.awaited(request, purpose=PURPOSE) is not None,
        "next": get_next_redirect_url(request) or "",
    }
    return render(request, "members/account/confirm.html", context)
