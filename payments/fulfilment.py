"""Who delivers what a payment bought: exactly one plain function per purpose.

Payments may not import members, and a signal would let a payment without a listener pass in silence.
"""

from collections.abc import Callable

from payments.enums import Purpose
from payments.models import Payment

Fulfiller = Callable[[Payment], None]
_fulfillers: dict[Purpose, Fulfiller] = {}


def fulfils(purpose: Purpose) -> Callable[[Fulfiller], Fulfiller]:
    """Registers the function that delivers for the purpose. A second one is a programming error."""

    def register(fulfiller: Fulfiller) -> Fulfiller:
        if purpose in _fulfillers:
            raise RuntimeError(f"{purpose} is fulfilled already, by {_fulfillers[purpose].__qualname__}")
        _fulfillers[purpose] = fulfiller
        return fulfiller

    return register


def fulfil(payment: Payment) -> None:
    """Delivers, inside the transaction that wrote the payment: if it fails, nothing was written."""
    _fulfillers[Purpose(payment.purpose)](payment)


def unfulfilled_purposes() -> list[Purpose]:
    """Purposes that nobody delivers."""
    return [purpose for purpose in Purpose if purpose not in _fulfillers]
