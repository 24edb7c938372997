"""Staff give memberships, and say when those end that nobody paid us for."""

from datetime import date
from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.formats import date_format
from django.utils.translation import gettext as _, gettext_lazy, ngettext
from django.views import View
from django.views.decorators.cache import never_cache

from members.forms import EmailField
from members.memberships.granting import CHANGEABLE, earliest_end, grant_membership, move_end
from members.models import Membership, Tier, User
from members.periods import add_months
from payments.views.staff import for_staff

MONTHS = (1, 3, 6, 12, 24)
LONGEST = 120
"""Months."""


class ReasonField(forms.CharField):
    """Why, for whoever reads the history later."""

    def __init__(self) -> None:
        super().__init__(
            label=gettext_lazy("Reason"),
            max_length=500,
            help_text=gettext_lazy("Staff see it in the member’s history."),
            widget=forms.Textarea(attrs={"rows": 2}),
            error_messages={"required": gettext_lazy("Say why, for whoever reads the history later.")},
        )


class DayField(forms.DateField):
    """A day, by the browser's own picker."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            error_messages={
                "invalid": gettext_lazy("This is not a day. Write it like 2027-12-31."),
                "required": gettext_lazy("Choose a day."),
            },
            **kwargs,
        )


class GrantForm(forms.Form):
    """To whom, what, until when, and why. `cleaned_data["ends_on"]` is the first day without, however it was said."""

    email = EmailField(label=gettext_lazy("Email"))
    tier = forms.ModelChoiceField(
        label=gettext_lazy("Tier"), queryset=Tier.objects.filter(is_active=True), empty_label=None
    )
    months = forms.TypedChoiceField(label=gettext_lazy("For"), coerce=int, empty_value=None, required=False)
    ends_on = DayField(
        label=gettext_lazy("First day without it"),
        required=False,
        help_text=gettext_lazy("If it is to end on a certain day. The months do not count then."),
    )
    reason = ReasonField()
    is_told = forms.BooleanField(label=gettext_lazy("Send them a mail"), required=False, initial=True)
    key = forms.UUIDField(widget=forms.HiddenInput)
    is_sure = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lengths = [(months, ngettext("%d month", "%d months", months) % months) for months in MONTHS]
        self.fields["months"].choices = [*lengths, ("", _("Until a day of your choice"))]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "ends_on" in self.errors or "months" in self.errors:
            return cleaned
        today = timezone.localdate()
        # A day was typed; the months just stood there.
        if not cleaned.get("ends_on") and (months := cleaned.get("months")):
            cleaned["ends_on"] = add_months(today, months)
        if not cleaned.get("ends_on"):
            self.add_error("ends_on", _("Choose for how long, or a day."))
        elif not today < cleaned["ends_on"] <= add_months(today, LONGEST):
            self.add_error("ends_on", _("Choose a day after today, and within ten years."))
        return cleaned


@method_decorator(
    [never_cache, for_staff("members.view_membership", "members.add_membership")], name="dispatch"
)
class GrantView(View):
    """Gives somebody a membership that costs nothing."""

    def get(self, request: HttpRequest) -> HttpResponse:
        form = GrantForm(initial={"email": request.GET.get("email", ""), "months": 12, "key": uuid4()})
        return self._show(form)

    def post(self, request: HttpRequest) -> HttpResponse:
        form = GrantForm(request.POST)
        if not form.is_valid():
            return self._show(form, status=422)
        wanted = form.cleaned_data
        has = _active_of(wanted["email"])
        if has and not wanted["is_sure"]:
            return self._show(form, has=has)
        membership = grant_membership(
            email=wanted["email"],
            tier=wanted["tier"],
            ends_on=wanted["ends_on"],
            reason=wanted["reason"],
            actor=request.user,  # type: ignore[arg-type]  # for_staff lets nobody else in
            key=wanted["key"],
            is_told=wanted["is_told"],
        )
        said = _("%(email)s has %(tier)s until %(day)s.")
        messages.success(request, said % _facts_of(membership))
        return redirect("staff_member", membership.user_id)

    def _show(self, form: GrantForm, *, has: Membership | None = None, status: int = 200) -> HttpResponse:
        context = {"form": form, "has": has}
        return render(self.request, "members/staff/grant.html", context, status=status)


class MoveEndForm(forms.Form):
    """Another end, and why."""

    ends_on = DayField(label=gettext_lazy("First day without it"))
    reason = ReasonField()
    key = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.membership = membership

    def clean_ends_on(self) -> date:
        ends_on: date = self.cleaned_data["ends_on"]
        earliest, latest = earliest_end(self.membership), add_months(timezone.localdate(), LONGEST)
        if ends_on == self.membership.ends_on:
            raise ValidationError(_("That is when it ends already."))
        if not earliest <= ends_on <= latest:
            words = {"earliest": date_format(earliest), "latest": date_format(latest)}
            raise ValidationError(_("Choose a day from %(earliest)s to %(latest)s.") % words)
        return ends_on


@method_decorator(
    [never_cache, for_staff("members.view_membership", "members.change_membership")], name="dispatch"
)
class MoveEndView(View):
    """Extends a membership that nobody paid us for, or ends it early."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        membership = _changeable(pk)
        form = MoveEndForm(membership=membership, initial={"ends_on": membership.ends_on, "key": uuid4()})
        return self._show(form)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        membership = _changeable(pk)
        form = MoveEndForm(request.POST, membership=membership)
        if not form.is_valid():
            return self._show(form, status=422)
        move_end(membership=membership, actor=request.user, **form.cleaned_data)  # type: ignore[arg-type]
        membership.refresh_from_db()
        said = _("%(tier)s of %(email)s ends on %(day)s now.")
        messages.success(request, said % _facts_of(membership))
        return redirect("staff_member", membership.user_id)

    def _show(self, form: MoveEndForm, *, status: int = 200) -> HttpResponse:
        context = {"form": form, "membership": form.membership, "earliest": earliest_end(form.membership)}
        return render(self.request, "members/staff/move_end.html", context, status=status)


def _changeable(pk: int) -> Membership:
    ours = Membership.objects.select_related("user", "tier").filter(origin__in=CHANGEABLE)
    return get_object_or_404(ours, pk=pk, ends_on__gt=timezone.localdate())


def _active_of(email: str) -> Membership | None:
    user = User.objects.filter(email=email).first()
    active = Membership.objects.active_on(timezone.localdate()).filter(user=user) if user else None
    return active.select_related("tier").order_by("-ends_on").first() if active else None


def _facts_of(membership: Membership) -> dict[str, str]:
    return {
        "email": membership.user.email,
        "tier": membership.tier.name,
        "day": date_format(membership.ends_on),
    }
