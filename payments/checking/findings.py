from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from itertools import islice

MOST = 100
"""Findings of one check that are told; where one thing is wrong a thousand times, a hundred say so."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong: the check that says so, the row it is about, and why."""

    check: str
    subject: str
    message: str

    def as_dict(self) -> dict[str, str]:
        return asdict(self)


Found = Iterable[tuple[str, str]]
"""Subject and message of each finding."""
Check = Callable[[], Found]
_checks: dict[str, tuple[Check, bool]] = {}


def book_check(name: str, *, asks_stripe: bool = False) -> Callable[[Check], Check]:
    """Registers a check under the name that its findings bear. Apps register theirs when they are ready."""

    def register(check: Check) -> Check:
        _checks[name] = (check, asks_stripe)
        return check

    return register


def findings(*, is_offline: bool) -> Iterator[Finding]:
    """What all checks find; without those that ask Stripe if offline."""
    for name, (check, asks_stripe) in _checks.items():
        if not (asks_stripe and is_offline):
            for subject, message in islice(check(), MOST):
                yield Finding(name, subject, message)
