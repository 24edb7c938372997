"""Newsletters: asking for them with an address, confirming and ending by a link, choosing them in the account."""

from collections.abc import Iterator
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from members.accounts import limits
from members.accounts.confirming import ReaderRequest
from members.forms import EmailField
from members.models import Newsletter
from members.newsletters import newsletter_links, subscribing
from payments.reports.cells import csv_of
from payments.views.staff import for_staff


class ChooseForm(forms.Form):
    """Which newsletters."""

    newsletters = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Newsletters"),
        queryset=Newsletter.objects.none(),
        required=False,
        error_messages={"required": gettext_lazy("Choose at least one.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = cast(forms.ModelMultipleChoiceField, self.fields["newsletters"])
        field.queryset = Newsletter.objects.filter(is_active=True)


class AskForm(ChooseForm):
    """Which newsletters, and where to."""

    email = EmailField(label=gettext_lazy("Email"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["newsletters"].required = True


def newsletters(request: HttpRequest) -> HttpResponse:
    """What there is to read, and a form to ask for it."""
    if request.user.is_authenticated:
        return redirect("my_newsletters")
    form = AskForm(request.POST or None)
    email = ""
    if form.is_valid():
        email = form.cleaned_data["email"]
        limits.spend(request, limits.MAIL, address=email)
        subscribing.ask_for(form.cleaned_data["newsletters"], email=email)
    context = {"form": form, "sent_to": email, "choices": _choices(form, request.GET.getlist("newsletter"))}
    return render(request, "members/newsletters.html", context)


@never_cache
@login_required
def my_newsletters(request: ReaderRequest) -> HttpResponse:
    """What the reader gets, each to be switched on and off."""
    form = ChooseForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        subscribing.choose(form.cleaned_data["newsletters"], user=request.user)
        messages.success(request, _("Saved. This is what you get from now on."))
        return redirect("my_newsletters")
    current = subscribing.of_user(request.user).current().values_list("newsletter__slug", flat=True)
    context = {"form": form, "choices": _choices(form, list(current))}
    return render(request, "members/account/newsletters.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Only a POST confirms: mail scanners follow links."""
    asked = newsletter_links.to_confirm(token)
    is_done = request.method == "POST" and bool(asked)
    if is_done:
        subscribing.confirm(asked)
    context = {"asked": asked, "is_done": is_done}
    return render(request, "members/newsletters_confirm.html", context, status=200 if asked else 404)


# A mail program posts here for its reader, without a session (RFC 8058).
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: HttpRequest, token: str) -> HttpResponse:
    """Ends one newsletter, signed in or not."""
    subscription = newsletter_links.to_end(token)
    is_done = request.method == "POST" and subscription is not None
    if is_done and subscription:
        subscribing.end(subscription)
    context = {"subscription": subscription, "is_done": is_done}
    return render(request, "members/newsletters_end.html", context, status=200 if subscription else 404)


@require_safe
@for_staff("members.view_newslettersubscription")
def subscribers_csv(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Who gets the newsletter now, for the tool that sends it."""
    newsletter = get_object_or_404(Newsletter, slug=slug)
    name = f"{newsletter.slug}-{timezone.localdate():%Y-%m-%d}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return StreamingHttpResponse(
        csv_of(_rows(newsletter)), content_type="text/csv; charset=utf-8", headers=headers
    )


def _rows(newsletter: Newsletter) -> Iterator[list[str]]:
    yield ["email", "confirmed_at", "unsubscribe_url"]
    for each in newsletter.subscriptions.current().order_by("pk").iterator(2000):
        confirmed_at = each.confirmed_at.isoformat() if each.confirmed_at else ""
        yield [each.email, confirmed_at, newsletter_links.end_url(each)]


def _choices(form: ChooseForm, chosen: list[str]) -> list[dict[str, Any]]:
    posted = set(form.data.getlist("newsletters")) if form.is_bound else None  # type: ignore[attr-defined]
    field = cast(forms.ModelMultipleChoiceField, form.fields["newsletters"])
    return [
        {
            "newsletter": each,
            "is_chosen": str(each.pk) in posted if posted is not None else each.slug in chosen,
        }
        for each in field.queryset or []
    ]
