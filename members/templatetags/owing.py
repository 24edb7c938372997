from typing import Any

from django import template
from django.db.models import Q

from members.dues.signed_links import card_url
from payments.models import UnpaidInvoice

register = template.Library()


@register.inclusion_tag("members/includes/owing.html", takes_context=True)
def owing_banner(context: template.Context) -> dict[str, Any]:
    """What a reader who is signed in owes, and the way to put it right. Anonymous readers cost no query."""
    user = context.get("user")
    if user is None or not user.is_authenticated:
        return {}
    its = Q(subscription__checkout__user=user) | Q(subscription__customer__user=user)
    invoice = UnpaidInvoice.objects.open().filter(its).select_related("subscription__checkout").first()
    return {"invoice": invoice, "url": card_url(invoice.subscription)} if invoice else {}
