import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from payments.checking.running import check_books
from payments.gateway.facts import GatewayError
from payments.models import BookCheck


class Command(BaseCommand):
    help = (
        "Looks for what cannot be in the books and compares them with Stripe's balance. "
        "Exit status: 0 nothing found, 1 something found, 2 Stripe could not be asked."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="for machines")
        parser.add_argument("--offline", action="store_true", help="look at the database alone")

    def handle(self, *, offline: bool, **options: Any) -> None:
        try:
            found = check_books(is_offline=offline)
        except GatewayError as error:
            raise CommandError(f"Stripe could not be asked: {error}", returncode=2) from error
        run = BookCheck.objects.get()
        if options["json"]:
            told = {
                "checked_at": timezone.localtime(run.checked_at).isoformat(),
                "seconds": round(run.seconds, 3),
                "findings": [finding.as_dict() for finding in found],
            }
            self.stdout.write(json.dumps(told, indent=2))
        else:
            for finding in found:
                self.stdout.write(f"{finding.check}: {finding.subject}: {finding.message}")
            self.stdout.write(f"{len(found)} findings in {run.seconds:.1f} s.")
        if found:
            sys.exit(1)
