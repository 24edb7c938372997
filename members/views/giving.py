from typing import Any

from members.forms import GiftForm
from members.gifts.gifting import start_gift
from members.views.buying import BuyingView


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
