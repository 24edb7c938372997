"""What a reader adds so that, after Stripe's fee, the newsroom has what they chose to give. All in minor units."""

import re
from dataclasses import dataclass

from django.conf import settings

from payments.money import Money, to_minor

_WHOLE = 10_000
_WRITTEN = re.compile(r"([A-Z]{3})=(\d{1,2})(?:\.(\d{1,2}))?%\+([\d.]+)")


@dataclass(frozen=True, slots=True)
class CardFee:
    """What a card payment costs: `rate` ten-thousandths of the amount, and `fixed` minor units."""

    rate: int
    fixed: int

    def of(self, amount: int) -> int:
        """The fee of a charge; half a unit is rounded up, as Stripe does."""
        return (2 * amount * self.rate + _WHOLE) // (2 * _WHOLE) + self.fixed

    def grossed_up(self, net: int) -> int:
        """The least amount of which `net` is left."""
        amount = (net + self.fixed) * _WHOLE // (_WHOLE - self.rate)
        # Rounding moves the answer by a unit or two from where exact division puts it.
        while amount > net and amount - 1 - self.of(amount - 1) >= net:
            amount -= 1
        while amount - self.of(amount) < net:
            amount += 1
        return amount


def fee_cover(chosen: Money) -> Money | None:
    """What to add to the chosen amount. None: nothing is known of cards' fees in its currency."""
    fee = card_fee_in(chosen.currency)
    return Money(fee.grossed_up(chosen.amount) - chosen.amount, chosen.currency) if fee else None


def card_fee_in(currency: str) -> CardFee | None:
    """What a card payment in the currency costs, if that is known."""
    return dict(card_fee(written) for written in settings.CARD_FEES).get(currency)


def card_fee(written: str) -> tuple[str, CardFee]:
    """ "EUR=1.5%+0.25" → the currency and its fee. Raises ValueError."""
    found = _WRITTEN.fullmatch(written.strip())
    if not found:
        raise ValueError(f"not a fee: {written!r}")
    currency, percent, hundredths, fixed = found.groups()
    rate = int(percent) * 100 + int((hundredths or "0").ljust(2, "0"))
    return currency, CardFee(rate=rate, fixed=to_minor(fixed, currency))
