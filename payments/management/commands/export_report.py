from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from payments.reports import output, registry
from payments.reports.period import Period


class Command(BaseCommand):
    help = (
        "Writes a report of the ledger. Days are UTC; the last is not included. "
        "Asked again for the same ledger, the file is the same byte for byte."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", choices=registry.names(), help="which report")
        parser.add_argument("--from", type=date.fromisoformat, metavar="YYYY-MM-DD", dest="start_on")
        parser.add_argument("--to", type=date.fromisoformat, metavar="YYYY-MM-DD", dest="end_on")
        parser.add_argument("--format", help="by default the report's first")
        parser.add_argument(
            "--output", default=output.STDOUT, metavar="FILE", help="- (the default): standard output"
        )

    def handle(
        self,
        *,
        name: str,
        start_on: date | None,
        end_on: date | None,
        format: str | None,  # noqa: A002  as the option is called
        **options: Any,
    ) -> None:
        writers = registry.writers_of(name)
        write = writers.get(format or next(iter(writers)))
        if write is None:
            raise CommandError(f"The {name} comes as {', '.join(writers)}, not as {format}.")
        try:
            output.write(write(_period(start_on, end_on)), options["output"])
        except OSError as error:
            raise CommandError(str(error)) from error


def _period(start_on: date | None, end_on: date | None) -> Period:
    try:
        return Period(start_on, end_on)
    except ValueError as error:
        raise CommandError(str(error)) from error
