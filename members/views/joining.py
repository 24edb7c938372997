from typing import Any

from members import catalogue
from members.forms import JoinForm
from members.joining import start_signup
from members.models import Tier
from members.views.buying import BuyingView


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
            attribution=self.attribution,
        )
        return self.open(signup.checkout)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return context | {
            "presets": context["form"].presets,
            "year_saves": catalogue.year_saves(self.currency),
            "tiers": Tier.objects.filter(is_active=True),
        }
