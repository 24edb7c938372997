from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from members.enums import ImportFormat, LineOutcome
from members.importing.planning import Outlook, plan
from members.importing.running import decide_tiers, run_import, start_import
from members.importing.table import Unreadable
from members.models import MemberImport, Tier

MOST = 50
"""Problems that are told; what is more is counted."""


class Command(BaseCommand):
    help = (
        "Brings members over from a file: Ghost's or Patreon's export, or our own. All of it or nothing; the same "
        "file again changes nothing. Look first: --dry-run."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--dry-run", action="store_true", help="tells what would happen, and changes nothing"
        )
        parser.add_argument(
            "--format", choices=ImportFormat.values, default="", help="by default, by its header"
        )
        parser.add_argument(
            "--tier",
            action="append",
            default=[],
            metavar="THEIRS=OURS",
            help="our slug; empty: no membership",
        )
        parser.add_argument(
            "--until", type=date.fromisoformat, metavar="YYYY-MM-DD", help="where the file tells no end"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        made = self._start(options)
        try:
            decide_tiers(made, dict(_pair(text) for text in options["tier"]))
            outlook = plan(made)
            self._tell(outlook)
            if not outlook.is_fit:
                raise CommandError("Nothing was changed.")
            if not options["dry_run"]:
                run_import(made, actor=None)
        finally:
            MemberImport.objects.filter(pk=made.pk, done_at=None).delete()
        self.stdout.write("Nothing was changed." if options["dry_run"] else "Done.")

    def _start(self, options: dict[str, Any]) -> MemberImport:
        path: Path = options["file"]
        try:
            return start_import(
                raw=path.read_bytes(),
                file_name=path.name,
                actor=None,
                format_name=options["format"],
                ends_on=options["until"],
            )
        except (OSError, Unreadable) as error:
            raise CommandError(str(error)) from error

    def _tell(self, outlook: Outlook) -> None:
        counts = outlook.counts()
        for outcome in LineOutcome:
            self.stdout.write(f"{counts.get(outcome, 0):>8}  {outcome.label}")
        self.stdout.write(f"{counts['people']:>8}  new accounts")
        self.stdout.write(f"{counts['customers']:>8}  Stripe customers to read")
        for problem in outlook.problems[:MOST]:
            cell = f" {problem.column}: “{problem.cell}”" if problem.cell or problem.column else ""
            self.stderr.write(f"line {problem.line}:{cell} {problem.words}")
        if len(outlook.problems) > MOST:
            self.stderr.write(f"… and {len(outlook.problems) - MOST} more problems")
        for name in outlook.unmapped:
            self.stderr.write(f'Say which tier of ours “{name}” is: --tier "{name}=…"')


def _pair(text: str) -> tuple[str, Tier | None]:
    theirs, _, ours = text.rpartition("=")
    if not ours:
        return theirs, None
    tier = Tier.objects.filter(slug=ours).first()
    if tier is None:
        raise CommandError(
            f"We have no tier {ours}, but {', '.join(Tier.objects.values_list('slug', flat=True))}."
        )
    return theirs, tier
