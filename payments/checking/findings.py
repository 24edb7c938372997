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
    yield from findings_of(asks_stripe=False)
    if not is_offline:
        yield from findings_of(asks_stripe=True)


def findings_of(*, asks_stripe: bool) -> Iterator[Finding]:
    """What the checks that ask Stripe find, or those that do not."""
    for name in names(asks_stripe=asks_stripe):
        yield from (Finding(name, subject, message) for subject, message in _confirmed(_checks[name][0]))


def names(*, asks_stripe: bool) -> list[str]:
    """The checks that ask Stripe, or those that do not."""
    return [name for name, (_, asks) in _checks.items() if asks == asks_stripe]


def _confirmed(check: Check) -> Found:
    """What the check finds, and finds again: rows that live work wrote between two of its questions are no finding."""
    found = list(islice(check(), MOST))
    again = {subject for subject, _ in islice(check(), MOST)} if found else set()
    return [(subject, message) for subject, message in found if subject in again]
