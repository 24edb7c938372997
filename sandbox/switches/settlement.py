"""Have payments in some currencies settled in others."""

from decimal import Decimal, InvalidOperation
from typing import Any

from sandbox import settlement
from sandbox.errors import ParameterError
from sandbox.money import known_currency
from sandbox.switching import switch
from sandbox.types import Json
from sandbox.work import Work


@switch("POST", "settlement")
def fix(work: Work, body: Json) -> Json:
    """Replace all rates; an empty object has every currency settled as itself again."""
    wanted = {known_currency(currency): _target(currency, given) for currency, given in body.items()}
    settlement.fix(work.store, wanted)
    return wanted


def _target(currency: str, given: Any) -> Json:
    if not isinstance(given, dict) or given.keys() != {"currency", "rate"}:
        raise ParameterError(
            'Say what it is settled as: {"currency": "eur", "rate": "0.0061"}.', param=currency
        )
    return {"currency": known_currency(str(given["currency"])), "rate": _rate(currency, given["rate"])}


def _rate(currency: str, given: Any) -> str:
    """A rate is text, for a float would not keep its digits."""
    try:
        rate = Decimal(given) if isinstance(given, str) else Decimal(0)
    except InvalidOperation:
        rate = Decimal(0)
    if not rate.is_finite() or rate <= 0:
        raise ParameterError("The rate must be a positive number, written as text.", param=currency)
    return str(given)
