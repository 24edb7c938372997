from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from payments import inbox
from payments.enums import QueueState
from payments.models import StripeEvent
from payments.models.stripe_event import StripeEventQuerySet


class Command(BaseCommand):
    help = "Lets events of the inbox be processed again. Whatever they already led to is not done twice."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("ids", nargs="*", metavar="evt_…", help="these events")
        parser.add_argument("--parked", action="store_true", help="those that failed too often")
        parser.add_argument("--type", action="append", default=[], dest="types", help="those of this type")
        parser.add_argument("--since", type=_instant, help="those received since then: 2027-03-01[T09:30]")
        parser.add_argument("--dry-run", action="store_true", help="only say which")

    def handle(self, *_: Any, **options: Any) -> None:
        chosen = _chosen(**options)
        for event in chosen.order_by("received_at", "pk").iterator():
            self.stdout.write(f"{event.event_id}  {event.type}  {event.state}  {event.error}".rstrip())
        if options["dry_run"]:
            self.stdout.write(f"{chosen.count()} events would be processed again.")
        else:
            self.stdout.write(f"{inbox.replay(chosen)} events wait to be processed again.")


def _chosen(
    *, ids: list[str], parked: bool, types: list[str], since: datetime | None, **_: Any
) -> StripeEventQuerySet:
    """The events that fit all that was asked. Raises CommandError for an id that is not there, or nothing asked."""
    if not (ids or parked or types or since):
        raise CommandError("Say which: ids, --parked, --type or --since.")
    events = StripeEvent.objects.all()
    if ids:
        events = events.filter(event_id__in=ids)
        if missing := set(ids) - set(events.values_list("event_id", flat=True)):
            raise CommandError(f"Not in the inbox: {', '.join(sorted(missing))}")
    if parked:
        events = events.filter(state=QueueState.PARKED)
    if types:
        events = events.filter(type__in=types)
    if since:
        events = events.filter(received_at__gte=since)
    return events


def _instant(text: str) -> datetime:
    day = parse_date(text)
    instant = datetime(day.year, day.month, day.day) if day else parse_datetime(text)  # noqa: DTZ001
    if instant is None:
        raise ValueError(text)
    return timezone.make_aware(instant) if timezone.is_naive(instant) else instant
