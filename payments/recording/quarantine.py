"""Money that does not fit what we asked for: booked, kept apart, delivered to nobody, told to a person."""

from payments.alarms import clear_alarm, raise_alarm
from payments.enums import AlarmKind
from payments.gateway.facts import ChargeFacts, Snapshot
from payments.ledger.entries import post_loose
from payments.money import Money


class Unexpected(Exception):
    """Stripe's facts do not fit what we asked for. Nothing is delivered; a person must look."""


def quarantine(snapshot: Snapshot, misfit: Unexpected) -> None:
    """Books the money without explaining it, and raises the alarm; ends that when all of it went back."""
    charge = snapshot.charge
    subject = charge.stripe_id if charge else str(snapshot.reference)
    if charge:
        set_aside(charge, livemode=snapshot.livemode)
    if charge and _is_gone(charge):
        clear_alarm(kind=AlarmKind.QUARANTINED, subject=subject)
        return
    money = f" It took {Money(charge.amount, charge.currency)}." if charge else " No money was taken."
    raise_alarm(kind=AlarmKind.QUARANTINED, subject=subject, message=f"{misfit}.{money}")


def set_aside(charge: ChargeFacts, *, livemode: bool) -> None:
    """Books each movement of the charge as unallocated; those that are explained stay so."""
    for movement in charge.transactions:
        post_loose(movement, livemode=livemode)


def _is_gone(charge: ChargeFacts) -> bool:
    return sum(movement.gross for movement in charge.transactions) == 0
