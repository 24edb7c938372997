from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

import structlog
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import FormView

from members.accounts import limits
from members.selling import catalogue
from members.selling.attribution import attribution_of
from members.views.regions import RegionMixin
from payments.checkout import open_checkout
from payments.gateway.facts import GatewayError
from payments.models import Checkout

log = structlog.get_logger(__name__)


class BuyingView(RegionMixin, FormView):
    """A form of ours that ends on Stripe's page. A reader who turns back finds it filled in as they left it."""

    url_name: str

    @cached_property
    def sold_in(self) -> Sequence[str]:
        return catalogue.currencies()

    def get_form_kwargs(self) -> dict[str, Any]:
        return super().get_form_kwargs() | {"currency": self.currency}

    def get_initial(self) -> dict[str, Any]:
        initial: dict[str, Any] = {"campaign": self.request.GET.get("campaign", "")[:50]}
        if self.request.user.is_authenticated:
            initial["email"] = self.request.user.email
        kept: dict[str, Any] = self.request.session.get(self.session_key, {})
        return initial | kept | self.prefill()

    def prefill(self) -> dict[str, Any]:
        """What the link that the reader came by fills in: it is newer than what they left here before."""
        return {}

    @property
    def attribution(self) -> dict[str, str]:
        """The form's address carries what the link said, so that it is there again when the form is sent."""
        return attribution_of(self.request.GET)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {
            "form_url": f"?{urlencode(self.place_query | self.attribution)}",
            "cancelled": "cancelled" in self.request.GET,
        }

    @property
    def session_key(self) -> str:
        return f"form-{self.url_name}"

    def form_valid(self, form: Any) -> HttpResponse:
        self.request.session[self.session_key] = {
            name: value for name, value in form.data.items() if name in form.fields and name != "campaign"
        }
        limits.spend(self.request, limits.CHECKOUT, address=form.cleaned_data["email"])
        try:
            return redirect(self.send_to_stripe(form))
        except GatewayError as error:
            # Its class alone: Stripe's own words may repeat the reader's address.
            log.warning("payment_page_not_opened", page=self.url_name, error=type(error.__cause__).__name__)
            form.add_error(None, _("Our payment service cannot be reached just now. Please try again."))
            return self.render_to_response(self.get_context_data(form=form), status=503)

    def send_to_stripe(self, form: Any) -> str:
        """Writes down what is asked for; gives the address of Stripe's page."""
        raise NotImplementedError

    def open(self, checkout: Checkout) -> str:
        # Of stored values alone: what Stripe is sent may not change when it is sent again.
        campaign = {"campaign": checkout.terms["campaign"]} if checkout.terms.get("campaign") else {}
        query = {"currency": checkout.currency, "cancelled": "1"} | campaign | attribution_of(checkout.terms)
        cancel_path = f"{reverse(self.url_name)}?{urlencode(query)}"
        return open_checkout(checkout, return_view="thanks", cancel_path=cancel_path)

    def buyer(self, email: str) -> Any:
        """The signed-in reader, if they buy in their own name."""
        user = self.request.user
        return user if user.is_authenticated and user.email == email else None
