from argparse import ArgumentParser
from typing import Any

import structlog
from django.core.management.base import BaseCommand, CommandError

from members.importing.exporting import export_members
from payments.reports import output

log = structlog.get_logger(__name__)


class Command(BaseCommand):
    help = "Writes all members as CSV: a line for each membership. `import_members` reads it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--output", default=output.STDOUT, metavar="FILE", help="- (the default): standard output"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        log.info("members_exported", by="command", output=options["output"])
        try:
            output.write(export_members(), options["output"])
        except OSError as error:
            raise CommandError(str(error)) from error
