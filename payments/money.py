"""Money is an integer count of a currency's minor units, as at Stripe. Only this module converts.

Exponents are Stripe's (docs.stripe.com/currencies), which differ from ISO 4217 and from Babel for a few.
"""

import re
from dataclasses import dataclass
from decimal import Decimal

from babel import Locale
from babel.numbers import format_currency
from django.utils.translation import get_language, to_locale

_ZERO_DECIMAL = frozenset("BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF".split())
_THREE_DECIMAL = frozenset("BHD JOD KWD OMR TND".split())
# No exponents ("1e999999999"), signs or NaN; few enough digits that decimal arithmetic stays exact.
_PLAIN_NUMBER = re.compile(r"\d{1,12}(\.\d{0,9})?|\.\d{1,9}")


@dataclass(frozen=True, slots=True)
class Money:
    """`amount` in minor units of `currency` (three capitals)."""

    amount: int
    currency: str

    def __str__(self) -> str:
        return format_money(self.amount, self.currency)


def exponent(currency: str) -> int:
    """Decimals of the currency on Stripe's wire: 0, 2 or 3."""
    if currency in _ZERO_DECIMAL:
        return 0
    return 3 if currency in _THREE_DECIMAL else 2


def to_decimal(amount: int, currency: str) -> Decimal:
    """Minor units → major units, exactly."""
    return Decimal(amount).scaleb(-exponent(currency))


def to_minor(text: str, currency: str) -> int:
    """What a person typed, in major units ("12", "12.50", "12,50") → minor units.

    Raises ValueError where it is no number or has more decimals than the currency.
    """
    cleaned = text.strip().replace("\N{NO-BREAK SPACE}", "").replace(" ", "")
    # A lone comma with one or two digits behind it is a decimal comma; else commas divide thousands.
    head, comma, tail = cleaned.rpartition(",")
    if comma and "." not in cleaned and "," not in head and len(tail) <= 2:
        cleaned = f"{head}.{tail}"
    digits = cleaned.replace(",", "")
    if not _PLAIN_NUMBER.fullmatch(digits):
        raise ValueError(f"not a number: {text!r}")
    minor = Decimal(digits).scaleb(exponent(currency))
    if minor != minor.to_integral_value():
        raise ValueError(f"not an amount of {currency}: {text!r}")
    return int(minor)


def format_money(amount: int, currency: str, locale: str | None = None) -> str:
    """For people: "€10", "€10.50", "¥1,000"; whole amounts without decimals."""
    digits = exponent(currency)
    decimals = "." + "0" * digits if amount % 10**digits else ""
    spoken = locale or to_locale(get_language() or "en")
    pattern = Locale.parse(spoken).currency_formats["standard"].pattern.replace(".00", decimals)
    major = to_decimal(amount, currency)
    return str(format_currency(major, currency, pattern, locale=spoken, currency_digits=False))
