"""Amounts in a currency's minor unit: how many decimals, how they are written, what Stripe takes for itself.

Decimals and minimum amounts follow https://docs.stripe.com/currencies. The fee is an assumption (see README.md).
"""

from decimal import ROUND_HALF_UP, Decimal

from sandbox.errors import StripeError

ZERO_DECIMAL = frozenset("bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf".split())
THREE_DECIMAL = frozenset("bhd jod kwd omr tnd".split())
WHOLE_ONLY = frozenset("isk ugx".split())
"""Written in hundredths for history's sake, though they have none."""

SUPPORTED = frozenset(
    """
    aed afn all amd ang aoa ars aud awg azn bam bbd bdt bgn bhd bif bmd bnd bob brl bsd bwp byn bzd cad cdf chf clp
    cny cop crc cve czk djf dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gnf gtq gyd hkd hnl hrk htg huf idr ils
    inr isk jmd jod jpy kes kgs khr kmf krw kwd kyd kzt lak lbp lkr lrd lsl mad mdl mga mkd mmk mnt mop mur mvr mwk
    mxn myr mzn nad ngn nio nok npr nzd omr pab pen pgk php pkr pln pyg qar ron rsd rub rwf sar sbd scr sek sgd shp
    sle sos srd std szl thb tjs tnd top try ttd twd tzs uah ugx usd uyu uzs vnd vuv wst xaf xcd xof xpf yer zar zmw
    """.split()
)

SYMBOLS = {
    "aud": "A$", "brl": "R$", "cad": "CA$", "eur": "€", "gbp": "£", "hkd": "HK$", "ils": "₪", "inr": "₹",
    "jpy": "¥", "krw": "₩", "mxn": "MX$", "nzd": "NZ$", "usd": "$", "vnd": "₫",
}  # fmt: skip

MINIMUM = {
    "aed": 200, "aud": 50, "bgn": 100, "brl": 50, "cad": 50, "chf": 50, "czk": 1500, "dkk": 250, "eur": 50, "gbp": 30,
    "hkd": 400, "huf": 17500, "inr": 50, "jpy": 50, "mxn": 1000, "nok": 300, "nzd": 50, "pln": 200, "ron": 200,
    "sek": 300, "sgd": 50, "usd": 50,
}  # fmt: skip
LARGEST = 99_999_999

FEE_RATE = Decimal("0.029")
FIXED_FEE = {0: 30, 2: 30, 3: 300}
DEBIT_FEE_RATE = Decimal("0.008")
MOST_DEBIT_FEE = {0: 600, 2: 600, 3: 6000}
DISPUTE_FEE = {0: 1500, 2: 1500, 3: 15000}


def decimals(currency: str) -> int:
    """Return how many decimals the API's minor unit has: 0, 2 or 3."""
    if currency in ZERO_DECIMAL:
        return 0
    return 3 if currency in THREE_DECIMAL else 2


def known_currency(code: str) -> str:
    """Return the currency in lower case; refuse one that Stripe does not take."""
    currency = code.lower()
    if currency not in SUPPORTED:
        listed = ", ".join(sorted(SUPPORTED))
        message = f"Invalid currency: {code}. Stripe currently supports these currencies: {listed}"
        raise StripeError(message, param="currency")
    return currency


def fee(amount: int, currency: str) -> int:
    """Return Stripe's cut of a charge: 2.9 % + 30 in minor units, half a unit rounded up."""
    share = (amount * FEE_RATE).quantize(Decimal(1), ROUND_HALF_UP)
    return int(share) + FIXED_FEE[decimals(currency)]


def debit_fee(amount: int, currency: str) -> int:
    """Return Stripe's cut of a bank debit: 0.8 % + 30 in minor units and no more than 600, half a unit rounded up."""
    share = (amount * DEBIT_FEE_RATE).quantize(Decimal(1), ROUND_HALF_UP)
    return min(int(share) + FIXED_FEE[decimals(currency)], MOST_DEBIT_FEE[decimals(currency)])


def dispute_fee(_amount: int, currency: str) -> int:
    """Return what Stripe takes for a chargeback, whatever its amount."""
    return DISPUTE_FEE[decimals(currency)]


def written(amount: int, currency: str) -> str:
    """Write an amount for people: 1000 eur is "€10.00", 1000 jpy is "¥1,000", 1000 kwd is "KWD 1.000"."""
    places = decimals(currency)
    shown = 0 if currency in WHOLE_ONLY else places
    number = f"{Decimal(abs(amount)).scaleb(-places):,.{shown}f}"
    sign = "−" if amount < 0 else ""
    symbol = SYMBOLS.get(currency)
    return f"{sign}{symbol}{number}" if symbol else f"{sign}{currency.upper()} {number}"


def check_positive(amount: int) -> None:
    """Refuse an amount of nothing or less."""
    if amount < 1:
        raise StripeError("Invalid positive integer", code="parameter_invalid_integer", param="amount")


def smallest(currency: str) -> int:
    """Return the step in which Stripe charges a currency, in minor units."""
    return 10 if currency in THREE_DECIMAL else 1


def check_chargeable(amount: int, currency: str) -> None:
    """Refuse an amount that Stripe would refuse to charge."""
    least = MINIMUM.get(currency, 1)
    if amount < least:
        message = f"Amount must be at least {written(least, currency)} {currency}"
        raise StripeError(message, code="amount_too_small", param="amount")
    if amount > LARGEST:
        message = f"Amount must be no more than {written(LARGEST, currency)} {currency}"
        raise StripeError(message, code="amount_too_large", param="amount")
    if amount % smallest(currency):
        raise StripeError(
            f"Invalid amount: {currency} amounts must end in 0", code="invalid_amount", param="amount"
        )
