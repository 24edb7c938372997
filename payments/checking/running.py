from time import monotonic

from django.utils import timezone

from payments.alarms import clear_alarms_except, raise_alarm
from payments.checking.findings import Finding, findings_of, names
from payments.enums import AlarmKind
from payments.models import Alarm, BookCheck

TOLD_ALREADY = ("event_parked",)
"""What raises an alarm of its own the moment it happens."""


def check_books(*, is_offline: bool = False) -> list[Finding]:
    """Runs every check, notes when and how many findings there were, and gives them. Raises GatewayError.

    Each finding is an open alarm from now on, if it is not one already; alarms about what is well again are closed.
    What can be found without Stripe is found and told even if Stripe cannot be asked.
    """
    started = monotonic()
    found = _run(asks_stripe=False)
    _note(found, monotonic() - started, is_offline=True)
    if not is_offline:
        found += _run(asks_stripe=True)
        _note(found, monotonic() - started, is_offline=False)
    return found


def _run(*, asks_stripe: bool) -> list[Finding]:
    found = list(findings_of(asks_stripe=asks_stripe))
    subjects = {
        f"{each.check}: {each.subject}"[:255]: each.message
        for each in found
        if each.check not in TOLD_ALREADY
    }
    for subject, message in subjects.items():
        raise_alarm(kind=AlarmKind.BOOKS_DIFFER, subject=subject, message=message)
    unasked = set(names(asks_stripe=not asks_stripe))
    clear_alarms_except(kind=AlarmKind.BOOKS_DIFFER, subjects={*subjects, *_open_of(unasked)})
    return found


def _open_of(checks: set[str]) -> list[str]:
    """The open alarms about what these checks found."""
    alarms = Alarm.objects.open().filter(kind=AlarmKind.BOOKS_DIFFER)
    subjects = alarms.values_list("subject", flat=True)
    return [subject for subject in subjects if subject.partition(":")[0] in checks]


def _note(found: list[Finding], seconds: float, *, is_offline: bool) -> None:
    noted = {
        "checked_at": timezone.now(),
        "seconds": seconds,
        "findings": len(found),
        "is_offline": is_offline,
    }
    BookCheck.objects.update_or_create(pk=1, defaults=noted)
