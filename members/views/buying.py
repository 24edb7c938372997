from typing import Any
from urllib.parse import urlencode

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import FormView

from members import catalogue
from members.forms import GiftForm, JoinForm
from members.gifting import start_gift
from members.joining import start_signup
from members.models import Tier
from payments.checkout import open_checkout
from payments.gateway.facts import GatewayError
from payments.models import Checkout

log = structlog.get_logger(__name__)


def support(request: HttpRequest) -> HttpResponse:
    """The front door: what a membership is, and the ways to help."""
    tiers = Tier.objects.filter(is_active=True)
    return render(request, "members/support.html", {"tiers": tiers})


class BuyingView(FormView):
    """A form of ours that ends on Stripe's page. A reader who turns back finds it filled in as they left it."""

    url_name: str

    @cached_property
    def currencies(self) -> list[str]:
        return catalogue.currencies()

    @property
    def currency(self) -> str:
        asked = self.request.GET.get("currency", "").upper()
        return asked if asked in self.currencies else settings.DEFAULT_CURRENCY

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"currency": self.currency}

    def get_initial(self) -> dict[str, Any]:
        initial: dict[str, Any] = {"campaign": self.request.GET.get("campaign", "")[:50]}
        if self.request.user.is_authenticated:
            initial["email"] = self.request.user.email
        kept: dict[str, Any] = self.request.session.get(self.session_key, {})
        return initial | kept

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        here = reverse(self.url_name)
        named = self.request.GET.get("campaign")
        campaign = {"campaign": named} if named else {}
        return super().get_context_data(**kwargs) | {
            "currency": self.currency,
            "currencies": [
                {
                    "code": code,
                    "url": f"{here}?{urlencode({'currency': code} | campaign)}",
                    "is_current": code == self.currency,
                }
                for code in self.currencies
            ],
            "cancelled": "cancelled" in self.request.GET,
        }

    @property
    def session_key(self) -> str:
        return f"form-{self.url_name}"

    def form_valid(self, form: Any) -> HttpResponse:
        self.request.session[self.session_key] = {
            name: value for name, value in form.data.items() if name in form.fields and name != "campaign"
        }
        try:
            return redirect(self.send_to_stripe(form))
        except GatewayError as error:
            # Its class alone: Stripe's own words may repeat the reader's address.
            log.warning("payment_page_not_opened", page=self.url_name, error=type(error.__cause__).__name__)
            form.add_error(
                None,
                _(
                    "Our payment service cannot be reached just now. You have not been charged. Please try again."
                ),
            )
            return self.render_to_response(self.get_context_data(form=form), status=503)

    def send_to_stripe(self, form: Any) -> str:
        raise NotImplementedError

    def open(self, checkout: Checkout) -> str:
        cancel_path = f"{reverse(self.url_name)}?currency={checkout.currency}&cancelled=1"
        return open_checkout(checkout, return_view="thanks", cancel_path=cancel_path)

    def buyer(self, email: str) -> Any:
        """The signed-in reader, if they buy in their own name."""
        user = self.request.user
        return user if user.is_authenticated and user.email == email else None


class JoinView(BuyingView):
    template_name = "members/join.html"
    form_class = JoinForm
    url_name = "join"

    def send_to_stripe(self, form: JoinForm) -> str:
        wanted = form.cleaned_data
        signup = start_signup(
            plan=wanted["plan"],
            amount=wanted["amount"],
            email=wanted["email"],
            user=self.buyer(wanted["email"]),
            campaign_code=wanted["campaign"],
        )
        return self.open(signup.checkout)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return context | {
            "presets": context["form"].presets,
            "year_saves": catalogue.year_saves(self.currency),
            "tiers": Tier.objects.filter(is_active=True),
        }


class GiftView(BuyingView):
    template_name = "members/gift.html"
    form_class = GiftForm
    url_name = "gift"

    def send_to_stripe(self, form: GiftForm) -> str:
        wanted = form.cleaned_data
        gift = start_gift(
            offer=wanted["offer"],
            email=wanted["email"],
            user=self.buyer(wanted["email"]),
            giver_name=wanted["giver_name"],
            recipient_name=wanted["recipient_name"],
            message=wanted["message"],
            campaign_code=wanted["campaign"],
        )
        return self.open(gift.checkout)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        field = context["form"].fields["offer"]
        offers = [
            {
                "value": str(offer.pk),
                "months": offer.months,
                "label": str(offer.price),
                "tier": offer.tier.name,
            }
            for offer in field.queryset
        ]
        return context | {"offers": offers}
