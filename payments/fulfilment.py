"""Who delivers what a payment bought: exactly one plain function per purpose.

Payments may not import members, and a signal would let a payment without a listener pass in silence. More concerns
whoever sells: a period that no money was taken for, a subscription that changed, a payment that went back,
a renewal that failed.
"""

from collections.abc import Callable
from typing import TypeVar

from payments.enums import Debt, Purpose, Standing
from payments.models import Payment, Subscription, UnchargedInvoice, UnpaidInvoice

Fulfiller = Callable[[Payment], None]
Coverer = Callable[[UnchargedInvoice], None]
Follower = Callable[[Subscription, Subscription], None]
Onlooker = Callable[[Payment, Standing], None]
Chaser = Callable[[UnpaidInvoice, Debt | None], None]
T = TypeVar("T")

_fulfillers: dict[Purpose, Fulfiller] = {}
_coverers: dict[Purpose, Coverer] = {}
_followers: dict[Purpose, Follower] = {}
_onlookers: dict[Purpose, Onlooker] = {}
_chasers: dict[Purpose, Chaser] = {}


def fulfils(purpose: Purpose) -> Callable[[Fulfiller], Fulfiller]:
    """Registers the function that delivers for the purpose. A second one is a programming error."""
    return _register(_fulfillers, purpose, "fulfilled")


def covers(purpose: Purpose) -> Callable[[Coverer], Coverer]:
    """Registers the function that grants a period which no money was taken for."""
    return _register(_coverers, purpose, "covered")


def follows(purpose: Purpose) -> Callable[[Follower], Follower]:
    """Registers the function that hears of each change of a subscription: as it is, and was."""
    return _register(_followers, purpose, "followed")


def regards(purpose: Purpose) -> Callable[[Onlooker], Onlooker]:
    """Registers the function that hears when a payment stands otherwise than before."""
    return _register(_onlookers, purpose, "regarded")


def chases(purpose: Purpose) -> Callable[[Chaser], Chaser]:
    """Registers the function that hears of an invoice that failed, and of what became of it: as it was, or None."""
    return _register(_chasers, purpose, "chased")


def fulfil(payment: Payment) -> None:
    """Delivers, inside the transaction that wrote the payment: if it fails, nothing was written."""
    _fulfillers[Purpose(payment.purpose)](payment)


def cover(invoice: UnchargedInvoice) -> None:
    """The same for a period without money. A purpose that nobody covers gives nothing for nothing."""
    if coverer := _coverers.get(Purpose(invoice.subscription.checkout.purpose)):
        coverer(invoice)


def follow(subscription: Subscription, *, before: Subscription) -> None:
    """Tells how the subscription stands, inside the transaction that wrote it."""
    if follower := _followers.get(Purpose(subscription.checkout.purpose)):
        follower(subscription, before)


def regard(payment: Payment, *, before: Standing) -> None:
    """Tells how the payment stands, inside the transaction that wrote it."""
    if onlooker := _onlookers.get(Purpose(payment.purpose)):
        onlooker(payment, before)


def chase(invoice: UnpaidInvoice, *, before: Debt | None) -> None:
    """Tells that an invoice failed, or is settled, inside the transaction that wrote it."""
    if chaser := _chasers.get(Purpose(invoice.subscription.checkout.purpose)):
        chaser(invoice, before)


def unfulfilled_purposes() -> list[Purpose]:
    """Purposes that nobody delivers."""
    return [purpose for purpose in Purpose if purpose not in _fulfillers]


def _register(registry: dict[Purpose, T], purpose: Purpose, done: str) -> Callable[[T], T]:
    def register(function: T) -> T:
        if purpose in registry:
            raise RuntimeError(f"{purpose} is {done} already, by {registry[purpose].__qualname__}")  # type: ignore[attr-defined]
        registry[purpose] = function
        return function

    return register
