from django import template

from payments.money import format_money

register = template.Library()


@register.filter
def money(amount: int, currency: str) -> str:
    """Minor units → "€10.50"."""
    return format_money(amount, currency)
