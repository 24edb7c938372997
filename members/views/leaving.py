"""Going, in two clicks: the account, and one page. Whoever says why may be offered one thing instead, once."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from members.accounts.confirming import ReaderRequest
from members.change_forms import CancelForm
from members.changes.changing import cancel, keep
from members.changes.leaving import offer_for
from members.changes.offering import Action
from members.changes.returning import MONTHS, remind_to_return
from members.memberships.enrolments import Enrolment
from members.models import ReturnReminder
from members.views.reader import enrolment_or_404, is_carried_out


@method_decorator([never_cache, login_required], name="dispatch")
class CancelView(View):
    def get(self, request: ReaderRequest, pk: int) -> HttpResponse:
        enrolment = enrolment_or_404(request, pk)
        if Action.CANCEL not in enrolment.may:
            return redirect("account")
        return render(request, "members/account/cancel.html", {"enrolment": enrolment, "form": CancelForm()})

    def post(self, request: ReaderRequest, pk: int) -> HttpResponse:
        enrolment = enrolment_or_404(request, pk)
        if Action.CANCEL not in enrolment.may:
            return redirect("cancelled", pk=pk)
        form = CancelForm(request.POST)
        if not form.is_valid():
            return render(request, "members/account/cancel.html", {"enrolment": enrolment, "form": form})
        offer = None if form.cleaned_data["is_sure"] else offer_for(enrolment, form.cleaned_data["reason"])
        if offer:
            context = {"enrolment": enrolment, "form": form, "offer": offer}
            return render(request, "members/account/cancel_offer.html", context)
        return self.cancel(request, enrolment, form)

    def cancel(self, request: ReaderRequest, enrolment: Enrolment, form: CancelForm) -> HttpResponse:
        told = form.cleaned_data
        is_done = is_carried_out(
            request,
            lambda: cancel(
                subscription=enrolment.subscription,
                actor=request.user,
                reason=told["words"],
                reason_code=told["reason"],
            ),
        )
        if not is_done:
            return redirect("account")
        _remind(request, enrolment)
        return redirect("cancelled", pk=enrolment.subscription.pk)


@never_cache
@login_required
def cancelled(request: ReaderRequest, pk: int) -> HttpResponse:
    """Until when it lasts, that nothing more is charged, and the way back."""
    enrolment = enrolment_or_404(request, pk)
    if Action.CANCEL in enrolment.may:
        return redirect("account")
    reminder = ReturnReminder.objects.filter(subscription=enrolment.subscription).first()
    context = {"enrolment": enrolment, "reminder": reminder, "lengths": MONTHS}
    return render(request, "members/account/cancelled.html", context)


@never_cache
@login_required
@require_POST
def remind(request: ReaderRequest, pk: int) -> HttpResponse:
    """Has us write to somebody who left, once, after some months."""
    enrolment = enrolment_or_404(request, pk)
    if Action.CANCEL not in enrolment.may:
        _remind(request, enrolment)
    return redirect("cancelled", pk=pk)


def _remind(request: ReaderRequest, enrolment: Enrolment) -> None:
    months = request.POST.get("remind", "")
    if months in {str(each) for each in MONTHS}:
        remind_to_return(subscription=enrolment.subscription, user=request.user, months=int(months))


@never_cache
@login_required
@require_POST
def keep_membership(request: ReaderRequest, pk: int) -> HttpResponse:
    """Undoes a cancellation."""
    enrolment = enrolment_or_404(request, pk)
    if Action.KEEP in enrolment.may and is_carried_out(
        request, lambda: keep(subscription=enrolment.subscription, actor=request.user)
    ):
        messages.success(request, _("Good to have you with us. Your membership goes on as before."))
    return redirect("account")
