from collections.abc import Sequence
from typing import Any

from django.utils.functional import cached_property
from django.views.generic import TemplateView

from members.models import Tier
from members.selling import catalogue
from members.views.regions import RegionMixin
from payments.enums import Interval


class SupportView(RegionMixin, TemplateView):
    """The front door: what a membership is, what it costs, and the ways to help."""

    template_name = "members/support.html"

    @cached_property
    def sold_in(self) -> Sequence[str]:
        return catalogue.currencies()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {
            "tiers": Tier.objects.filter(is_active=True),
            "lowest": catalogue.lowest_price(Interval.MONTH, self.currency),
        }
