from time import monotonic

from django.utils import timezone

from payments.alarms import clear_alarms_except, raise_alarm
from payments.checking.findings import Finding, findings
from payments.enums import AlarmKind
from payments.models import BookCheck


def check_books(*, is_offline: bool = False) -> list[Finding]:
    """Runs every check, notes when and how many findings there were, and gives them. Raises GatewayError.

    Each finding is an open alarm from now on; alarms about what is well again are closed.
    """
    started = monotonic()
    found = list(findings(is_offline=is_offline))
    subjects = {f"{each.check}: {each.subject}"[:255]: each.message for each in found}
    for subject, message in subjects.items():
        raise_alarm(kind=AlarmKind.BOOKS_DIFFER, subject=subject, message=message)
    clear_alarms_except(kind=AlarmKind.BOOKS_DIFFER, subjects=subjects.keys())
    BookCheck.objects.update_or_create(
        pk=1,
        defaults={
            "checked_at": timezone.now(),
            "seconds": monotonic() - started,
            "findings": len(found),
            "is_offline": is_offline,
        },
    )
    return found
