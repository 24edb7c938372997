from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.cache import never_cache

from members.accounts.confirming import ReaderRequest
from members.change_forms import MOST_MONTHS, PauseForm
from members.changes.changing import pause, resume
from members.changes.offering import Action, resume_effect
from members.memberships.enrolments import Enrolment
from members.periods import add_months, day_of
from members.views.reader import enrolment_or_404, is_carried_out


@method_decorator([never_cache, login_required], name="dispatch")
class PauseView(View):
    """For one to six months, each with the day that payments begin again."""

    def get(self, request: ReaderRequest, pk: int) -> HttpResponse:
        enrolment = enrolment_or_404(request, pk)
        if Action.PAUSE not in enrolment.may:
            return redirect("account")
        return _page(request, enrolment, PauseForm(initial={"reason": request.GET.get("reason", "")}))

    def post(self, request: ReaderRequest, pk: int) -> HttpResponse:
        enrolment = enrolment_or_404(request, pk)
        if Action.PAUSE not in enrolment.may:
            return redirect("account")
        form = PauseForm(request.POST)
        if not form.is_valid():
            return _page(request, enrolment, form)
        if is_carried_out(
            request,
            lambda: pause(
                subscription=enrolment.subscription,
                months=form.cleaned_data["months"],
                actor=request.user,
                reason_code=form.cleaned_data["reason"],
            ),
        ):
            messages.success(request, _("Your membership is paused. Below you see what that means."))
        return redirect("account")


@method_decorator([never_cache, login_required], name="dispatch")
class ResumeView(View):
    """Says first whether something is charged now."""

    def get(self, request: ReaderRequest, pk: int) -> HttpResponse:
        enrolment = enrolment_or_404(request, pk)
        if Action.RESUME not in enrolment.may:
            return redirect("account")
        context = {"enrolment": enrolment, "effect": resume_effect(enrolment.subscription, timezone.now())}
        return render(request, "members/account/resume.html", context)

    def post(self, request: ReaderRequest, pk: int) -> HttpResponse:
        enrolment = enrolment_or_404(request, pk)
        if Action.RESUME not in enrolment.may:
            return redirect("account")
        if is_carried_out(request, lambda: resume(subscription=enrolment.subscription, actor=request.user)):
            messages.success(request, _("Welcome back. Your membership goes on."))
        return redirect("account")


def _page(request: ReaderRequest, enrolment: Enrolment, form: PauseForm) -> HttpResponse:
    starts_on = day_of(enrolment.subscription.current_period_end)
    lengths = [
        {"months": months, "on": add_months(starts_on, months)} for months in range(1, MOST_MONTHS + 1)
    ]
    context = {"enrolment": enrolment, "form": form, "starts_on": starts_on, "lengths": lengths}
    return render(request, "members/account/pause.html", context)
