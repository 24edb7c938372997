"""Words and addresses for the staff's pages."""

from typing import Any

from django import template
from django.utils.translation import gettext as _

from members.enums import Origin
from payments.enums import Purpose
from payments.models import Customer, Payment, Subscription

register = template.Library()
_DASHBOARD = "https://dashboard.stripe.com"


@register.filter
def at_stripe(row: Customer | Subscription | Payment) -> str:
    """Where Stripe's dashboard shows it."""
    match row:
        case Customer():
            path = f"customers/{row.stripe_id}"
        case Subscription():
            path = f"subscriptions/{row.stripe_id}"
        case Payment():
            path = f"payments/{row.payment_intent_id}"
    return f"{_DASHBOARD}/{path}" if row.livemode else f"{_DASHBOARD}/test/{path}"


@register.filter
def origin(value: str) -> str:
    return str(Origin(value).label) if value in Origin.values else ""


@register.filter
def purpose(value: str) -> str:
    """What was paid for."""
    words = {Purpose.MEMBERSHIP: _("for a membership"), Purpose.GIFT: _("for a gift")}
    return words.get(Purpose(value), _("as a donation"))


@register.filter
def words(value: Any) -> str:
    """Stripe's word without its underscores."""
    return str(value).replace("_", " ")


@register.filter
def reason(error: str) -> str:
    """What went wrong, without the kind of error that leads it."""
    return error.partition(": ")[2] or error
