"""A reader's own data: all of it to take away, and the way to be forgotten. Staff do the same for who asks them to."""

from typing import cast

from django import forms
from django.contrib import messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from members.accounts.confirming import ReaderRequest
from members.models import Gift, User
from members.personal.erasing import CannotErase, ask_to_erase
from members.personal.exporting import export
from members.personal.holdings import HOLDINGS, Person
from members.views.confirming import freshly_signed_in
from payments.models import Subscription
from payments.views.staff import for_staff

EXPORTING, ERASING = "members.view_user", "members.add_erasure"


class EraseForm(forms.Form):
    """That it is meant."""

    is_sure = forms.BooleanField(
        label=gettext_lazy("Yes, delete my account and what you know about me"),
        error_messages={"required": gettext_lazy("Tick the box if you mean it.")},
    )


class StaffEraseForm(forms.Form):
    """Why staff do it."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("For the record: how the reader asked, and how you know that it was they."),
        max_length=500,
    )


@never_cache
@login_required
def my_data(request: ReaderRequest) -> HttpResponse:
    """What we hold, by kind, and what can be done about it."""
    person = Person.of(request.user)
    counts = [(holding.title, holding.rows(person).count()) for holding in HOLDINGS]
    context = {"counts": [each for each in counts if each[1]], "addresses": person.addresses}
    return render(request, "members/account/data.html", context)


@never_cache
@require_safe
@freshly_signed_in
def download(request: ReaderRequest) -> HttpResponseBase:
    """All of it."""
    return _zip(request.user)


@never_cache
@freshly_signed_in
def erase(request: ReaderRequest) -> HttpResponse:
    """Says what will happen; then it does."""
    form = EraseForm(request.POST or None)
    if form.is_valid():
        try:
            ask_to_erase(user=request.user, actor=request.user)
        except CannotErase:
            form.add_error(
                None, _("Staff accounts are closed by an administrator first. Nothing has changed.")
            )
        else:
            logout(request)
            return redirect("erased")
    return render(request, "members/account/erase.html", _consequences(request.user) | {"form": form})


def erased(request: HttpRequest) -> HttpResponse:
    """What somebody reads who is nobody any more."""
    return render(request, "members/account/erased.html")


@never_cache
@require_safe
@for_staff(EXPORTING)
def staff_download(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The same for a reader who asked staff; written into the administration's log."""
    person = get_object_or_404(User, pk=pk)
    actor = cast(User, request.user)
    LogEntry.objects.log_actions(
        actor.pk, [person], CHANGE, _("All personal data was downloaded."), single_object=True
    )
    return _zip(person)


@never_cache
@for_staff(ERASING)
def staff_erase(request: HttpRequest, pk: int) -> HttpResponse:
    """Deletes a reader who asked staff, with the reason."""
    person = get_object_or_404(User, pk=pk)
    form = StaffEraseForm(request.POST or None)
    if form.is_valid():
        try:
            ask_to_erase(user=person, actor=cast(User, request.user), reason=form.cleaned_data["reason"])
        except CannotErase:
            form.add_error(None, _("This is a staff account: take its rights first. Nothing has changed."))
        else:
            messages.success(request, _("The account is closed; the person is erased within minutes."))
            return redirect("staff_member", pk=pk)
    context = _consequences(person) | {"form": form, "person": person}
    return render(request, "members/staff/erase.html", context)


def _consequences(user: User) -> dict[str, object]:
    return {
        "subscriptions": Subscription.objects.running().filter(customer__user=user),
        "active": user.memberships.active_on(timezone.localdate()).select_related("tier"),
        "open_gifts": Gift.objects.filter(payment__user=user, redeemed_at=None).count(),
    }


def _zip(user: User) -> StreamingHttpResponse:
    name = f"my-data-{timezone.localdate():%Y-%m-%d}.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(export(Person.of(user)), content_type="application/zip", headers=headers)
