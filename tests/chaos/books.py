"""What somebody says of the money and of what it bought, in one shape; and where two who should agree do not."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Fault(StrEnum):
    """The four ways in which books go wrong."""

    MONEY = "money off"
    LOST = "lost"
    DOUBLE = "double"
    STATE = "wrong state"


@dataclass(frozen=True)
class Finding:
    fault: Fault
    subject: str
    message: str

    def __str__(self) -> str:
        return f"{self.fault}: {self.subject}: {self.message}"


@dataclass
class Books:
    """`balance` and `movements` in minor units; the counters count how often a thing is there."""

    balance: dict[str, int] = field(default_factory=dict)
    """By currency: what Stripe holds for us."""
    movements: dict[str, tuple[int, str]] | None = None
    """By balance transaction: its net and currency. None: they are not kept."""
    payments: Counter[str] = field(default_factory=Counter)
    """Charges that took money."""
    outcomes: Counter[str] = field(default_factory=Counter)
    """Charges that led to something: their buyer has what they bought, or is to have the money back."""
    redeemed: Counter[str] = field(default_factory=Counter)
    """Gifts that became memberships."""
    twins: Counter[str] | None = None
    """Readers who joined twice at once, and their memberships. None: nobody looks for that."""
    mails: Counter[str] = field(default_factory=Counter)
    """Mails as they arrived, by address and subject."""
    states: dict[str, str] = field(default_factory=dict)
    """The state of each thing that has one, by its id at Stripe."""


def differences(truth: Books, found: Books) -> list[Finding]:
    """Everything that is wrong with `found`, if `truth` is how it is."""
    return [
        *_sums(truth.balance, found.balance, "balance in "),
        *(() if found.movements is None else _sums(truth.movements or {}, found.movements)),
        *_counts(truth.payments, found.payments),
        *_counts(truth.outcomes, found.outcomes),
        *_counts(truth.redeemed, found.redeemed),
        *(() if found.twins is None else _counts(truth.twins or Counter(), found.twins)),
        *_counts(truth.mails, found.mails),
        *_states(truth.states, found.states),
    ]


def _sums(truth: dict[str, Any], found: dict[str, Any], what: str = "") -> Iterable[Finding]:
    for subject in sorted(truth.keys() | found.keys()):
        there, here = truth.get(subject, 0), found.get(subject, 0)
        if there != here:
            yield Finding(Fault.MONEY, f"{what}{subject}", f"{here} in our books, {there} at Stripe")


def _counts(truth: Counter[str], found: Counter[str]) -> Iterable[Finding]:
    for subject in sorted(truth.keys() | found.keys()):
        should, does = truth[subject], found[subject]
        if should != does:
            fault = Fault.LOST if does < should else Fault.DOUBLE
            yield Finding(fault, subject, f"{does} times, and {should} is right")


def _states(truth: dict[str, str], found: dict[str, str]) -> Iterable[Finding]:
    for subject in sorted(truth.keys() | found.keys()):
        there, here = truth.get(subject, "nothing"), found.get(subject, "nothing")
        if there != here:
            yield Finding(Fault.STATE, subject, f"{here} in our books, {there} at Stripe")
