from datetime import date, timedelta

from django import template

from members.changes.story import price as in_words
from payments.money import Money

register = template.Library()


@register.filter
def price(money: Money, interval: str) -> str:
    """ "€10 a month"."""
    return in_words(money, interval)


@register.filter
def last_month(expires_on: date) -> str:
    """The first day on which a card is no longer good → "08/27", as it stands on the card."""
    return f"{expires_on - timedelta(days=1):%m/%y}"
