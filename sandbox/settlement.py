"""In which currency Stripe settles what moved in another, and at which rate. By default none is settled in another."""

import json
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from sandbox.money import decimals
from sandbox.store import Store
from sandbox.types import Json
from sandbox.work import Work

SETTING = "settlement"


@dataclass(frozen=True)
class Settled:
    """What an amount becomes in the balance (minor units, signed); the rate is null if it stays what it is."""

    amount: int
    currency: str
    exchange_rate: float | None = None


def settled(work: Work, amount: int, currency: str) -> Settled:
    """Convert an amount, half a minor unit rounded away from zero.

    `exchange_rate` is as Stripe's API has it: an amount times it is the settled amount, both in minor units.
    """
    wanted = rates(work.store).get(currency)
    if wanted is None:
        return Settled(amount, currency)
    rate = Decimal(wanted["rate"]).scaleb(decimals(wanted["currency"]) - decimals(currency))
    converted = int((amount * rate).quantize(Decimal(1), ROUND_HALF_UP))
    return Settled(converted, wanted["currency"], float(rate))


def returned(movement: Json) -> Settled:
    """Give back what an earlier balance transaction moved, to the last cent, whatever the rate is by now."""
    return Settled(-movement["amount"], movement["currency"], movement["exchange_rate"])


def rates(store: Store) -> dict[str, Json]:
    """Return `{"jpy": {"currency": "eur", "rate": "0.0061"}}`: what one whole unit of a currency is settled as."""
    found: dict[str, Json] = json.loads(store.setting(SETTING) or "{}")
    return found


def fix(store: Store, wanted: dict[str, Json]) -> None:
    """Have these currencies settled in others from now on, and no more than these."""
    store.set(SETTING, json.dumps(wanted))
