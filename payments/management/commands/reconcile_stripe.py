import sys
from argparse import ArgumentParser
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from payments import inbox
from payments.gateway.facts import GatewayError
from payments.reconciling.polling import poll_events
from payments.reconciling.walking import walk
from payments.reconciling.windows import Tally
from payments.silence import silence

_BAR = 30


class Command(BaseCommand):
    help = (
        "Reads what happened at Stripe and records what we have not heard of. Safe to run at any time, beside live "
        "traffic, and again. Without an option it walks everything since the last walk, then polls for events."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        only = parser.add_mutually_exclusive_group()
        only.add_argument(
            "--events", action="store_true", help="only look for events that no webhook brought"
        )
        only.add_argument(
            "--objects", action="store_true", help="only walk money, subscriptions and open ends"
        )
        parser.add_argument("--since", type=_day, metavar="YYYY-MM-DD", help="walk from this day (UTC) on")
        parser.add_argument(
            "--quiet",
            action="store_true",
            help="owe nobody a mail for what is found: after a backup was restored",
        )

    def handle(self, *, events: bool, objects: bool, quiet: bool, since: datetime | None, **_: Any) -> None:
        with silence(quiet):
            try:
                walked = None if events else walk(since=since, progress=self._show)
                polled = None if objects else poll_events(progress=self._show)
            except GatewayError as error:
                raise CommandError(
                    f"Stripe could not be read: {error}. Run it again; it goes on where it was."
                ) from error
            if not objects:
                self._process()
        self._tell(walked, polled, is_walk_wanted=not events, is_poll_wanted=not objects)

    def _process(self) -> None:
        while inbox.drain():
            pass

    def _show(self, step: str, share: float, tally: Tally) -> None:
        done = int(share * _BAR)
        bar = "█" * done + "·" * (_BAR - done)
        line = f"{step:<14} {bar} {share:>4.0%}  {tally.read:,} read, {tally.healed:,} healed"
        is_watched = sys.stderr.isatty()
        self.stderr.write(f"\r{line}" if is_watched else line, ending="" if is_watched else None)

    def _tell(
        self, walked: Tally | None, polled: Tally | None, *, is_walk_wanted: bool, is_poll_wanted: bool
    ) -> None:
        if is_walk_wanted and walked is None:
            raise CommandError(
                "Another walk is running. It holds its place for five minutes after its last sign."
            )
        if is_poll_wanted and polled is None:
            raise CommandError("Another poll for events is running.")
        if walked:
            self.stdout.write(
                f"Walked: {walked.read:,} read, {walked.healed:,} healed, {len(walked.failed):,} failed."
            )
        if polled:
            self.stdout.write(f"Events: {polled.read:,} read, {polled.healed:,} new.")
        if walked and walked.failed:
            raise CommandError("Not everything could be recorded:\n  " + "\n  ".join(walked.failed[:20]))


def _day(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
