from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import cached_property
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from members.contributions.contributing import WORDS, start_contribution
from members.contributions.reminder_links import contribution_of
from members.contributions.reminding import choose_reminder, stop_reminders
from members.donation_form import ONCE_CHOICE, DonateForm, ReminderForm
from members.enums import ReminderChoice
from members.forms import OTHER
from members.models import Contribution, ContributionOffer, ContributionSettings
from members.views.buying import BuyingView
from payments.enums import Interval
from payments.money import Money, to_minor

_THANKED = 12
"""Names that the page shows."""


class DonateView(BuyingView):
    """Money given without anything in return; whoever gives once may be offered to give monthly."""

    template_name = "members/donate.html"
    form_class = DonateForm
    url_name = "donate"

    @cached_property
    def sold_in(self) -> Sequence[str]:
        return sorted(set(ContributionOffer.objects.open().values_list("currency", flat=True)))

    def get_form_kwargs(self) -> dict[str, Any]:
        kwargs = super().get_form_kwargs()
        if "nudge" in self.request.POST and self.nudge:
            # The offer was taken: monthly, what was offered, whatever else was chosen before.
            kwargs["data"] = self.request.POST.copy()
            kwargs["data"]["interval"] = Interval.MONTH.value
            kwargs["data"]["amount_month"] = str(self.nudge.amount)
        return kwargs

    @cached_property
    def nudge(self) -> Money | None:
        """What to offer each month to who gives once, unless staff switched that off."""
        offers = ContributionOffer.objects.open().filter(currency=self.currency)
        monthly = offers.filter(interval=Interval.MONTH).first()
        if monthly is None or not ContributionSettings.current().is_nudge_on:
            return None
        return Money(monthly.preselected, monthly.currency)

    def prefill(self) -> dict[str, Any]:
        asked = self.request.GET
        interval = asked.get("interval", "")
        if interval not in (ONCE_CHOICE, *Interval.values):
            interval = ONCE_CHOICE if "amount" in asked else ""
        filled = {"interval": interval} if interval else {}
        return filled | self._prefilled_amount(interval, asked.get("amount", ""))

    def _prefilled_amount(self, interval: str, typed: str) -> dict[str, str]:
        try:
            amount = to_minor(typed, self.currency)
        except ValueError:
            return {}
        stored = "" if interval == ONCE_CHOICE else interval
        offer = ContributionOffer.objects.open().filter(currency=self.currency, interval=stored).first()
        if offer and amount in offer.amounts:
            return {f"amount_{interval}": str(amount)}
        return {f"amount_{interval}": OTHER, "other_amount": typed[:20]}

    def send_to_stripe(self, form: DonateForm) -> str:
        wanted = form.cleaned_data
        contribution = start_contribution(
            amount=wanted["amount"],
            interval=wanted["offer"].interval,
            fee_cover=wanted["fee_cover"],
            email=wanted["email"],
            user=self.buyer(wanted["email"]),
            campaign_code=wanted["campaign"],
            attribution=self.attribution,
            **{name: wanted[name] for name in WORDS},
        )
        return self.open(contribution.checkout)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {
            "nudge": self.nudge,
            "thanked": Contribution.objects.thanked_in_public()[:_THANKED],
        }


@require_POST
def choose(request: HttpRequest, reference: UUID) -> HttpResponse:
    """The donor says, on the page that only they know, when to be reminded."""
    contribution = get_object_or_404(Contribution, checkout__reference=reference)
    form = ReminderForm(request.POST)
    if form.is_valid() and contribution.may_have_reminders:
        choose_reminder(contribution=contribution, choice=ReminderChoice(form.cleaned_data["reminder"]))
    return redirect("thanks", reference=reference)


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Ends reminders, signed in or not. Only a POST does: mail scanners follow links, mail programs post."""
    contribution = contribution_of(token)
    is_stopped = request.method == "POST" and contribution is not None
    if is_stopped and contribution:
        stop_reminders(contribution=contribution)
    context = {"contribution": contribution, "is_stopped": is_stopped}
    return render(request, "members/reminders.html", context, status=200 if contribution else 404)
