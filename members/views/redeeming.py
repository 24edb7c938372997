from typing import Any, cast

from allauth.account.views import RequestLoginCodeView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.generic import FormView

from members.accounts import limits
from members.forms import GiftLinkForm, RedeemSignInForm
from members.gifts.gifting import CannotRedeem, find_gift, redeem_gift
from members.models import Gift
from payments.enums import Standing


class RedeemStartView(FormView):
    """For who has a link and nothing to click it in."""

    template_name = "members/redeem_start.html"
    form_class = GiftLinkForm

    def form_valid(self, form: GiftLinkForm) -> HttpResponse:
        return redirect("redeem", token=form.cleaned_data["link"])


@method_decorator(never_cache, name="dispatch")
class RedeemView(View):
    """Shows the gift; only a POST by somebody signed in redeems, because mail scanners follow links."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        gift = find_gift(token)
        if gift is None:
            limits.spend(request, limits.GUESS)
        state = _state(gift, request)
        context = {"state": state, "gift": gift, "token": token}
        if state == "ready" and not request.user.is_authenticated:
            context["form"] = RedeemSignInForm()
        return render(request, "members/redeem.html", context, status=404 if gift is None else 200)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        gift = find_gift(token)
        if gift is None or _state(gift, request) != "ready":
            return self.get(request, token)
        if not request.user.is_authenticated:
            return cast(HttpResponse, RedeemSignInView.as_view()(request, token=token, gift=gift))
        try:
            redeem_gift(gift=gift, user=request.user)
        except CannotRedeem:
            gift.refresh_from_db()
        return redirect("redeem", token=token)


class RedeemSignInView(RequestLoginCodeView):
    """Sends a sign-in code to the recipient, and brings them back to their gift."""

    template_name = "members/redeem.html"
    form_class = RedeemSignInForm

    def get_form_class(self) -> type[RedeemSignInForm]:
        return self.form_class

    def get_success_url(self) -> str:
        gift_page = reverse("redeem", args=[self.kwargs["token"]])
        return f"{reverse('account_confirm_login_code')}?next={gift_page}"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"state": "ready", "gift": self.kwargs["gift"], "token": self.kwargs["token"]}


def _state(gift: Gift | None, request: HttpRequest) -> str:
    if gift is None:
        return "unknown"
    if gift.redeemed_by_id is not None:
        return "yours" if gift.redeemed_by_id == request.user.pk else "redeemed"
    if gift.payment and gift.payment.standing != Standing.HELD:
        return str(gift.payment.standing)
    return "ready" if gift.claim_until and gift.claim_until > timezone.now() else "expired"
