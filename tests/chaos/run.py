"""One run, from the first reader to the verdict. Django's settings must stand."""

import json
import random
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from django.conf import settings
from django.db import connections

from scripts.servers import Servers
from tests.chaos import truth
from tests.chaos.books import Finding, differences
from tests.chaos.fleet import Fleet, running_fleet
from tests.chaos.posting import Posting, as_it_comes, post_all
from tests.chaos.site import Site
from tests.chaos.storm import Storm
from tests.chaos.stripe_api import StripeApi
from tests.chaos.traffic import Traffic

WORKERS = 3
DRAINING = 60
MOST_PASSES = 25


@dataclass
class Report:
    """What happened in a run; `seconds` by phase, `findings` what the verdict says, `checked` what the site says."""

    seed: int
    events: int = 0
    posted: int = 0
    refused: int = 0
    killed: dict[str, int] = field(default_factory=dict)
    died: dict[str, int] = field(default_factory=dict)
    ended: dict[str, int] = field(default_factory=dict)
    crashed: dict[str, int] = field(default_factory=dict)
    kinds: dict[str, int] = field(default_factory=dict)
    healed: list[str] = field(default_factory=list)
    figures: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    checked: list[str] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @contextmanager
    def timed(self, phase: str) -> Iterator[None]:
        began = time.perf_counter()
        yield
        self.seconds[phase] = round(time.perf_counter() - began, 1)

    def as_json(self) -> str:
        return json.dumps(asdict(self))


class Run:
    def __init__(self, site: Site, stripe: StripeApi, servers: Servers | None, *, seed: int, folder: Path):
        self._site, self._stripe, self._servers, self._folder = site, stripe, servers, folder
        self._dice = random.Random(seed)
        self.report = Report(seed)

    def go(self, events: int) -> Report:
        with self.report.timed("traffic"):
            listed = Traffic(self._stripe, self._dice, is_simple=self._site.is_simple).make(events)
        self.report.events = len(listed)
        self.report.kinds = dict(Counter(event["type"] for event in listed).most_common())
        processes = {"wsgi": self._site.wsgi, "celery": self._site.celery, "doom": self._doom}
        with running_fleet(self._folder, workers=WORKERS, **processes) as fleet:
            with self._site.readers():
                self._rage(fleet, as_it_comes(listed, self._dice))
            with self.report.timed("healing"):
                self.report.healed = self._site.heal(fleet)
            self.report.killed, self.report.ended = dict(fleet.killed), dict(fleet.ended)
            self.report.died = dict(fleet.died)
        return self._judge()

    def go_in_peace(self, events: int) -> Report:
        """The same traffic, taken in order, once each, all of it, and by one who is never disturbed."""
        listed = Traffic(self._stripe, self._dice, is_simple=True).make(events)
        self.report.events = len(listed)
        self._site.take(listed[::-1])
        return self._judge()

    def _judge(self) -> Report:
        with self.report.timed("verdict"):
            self.report.findings = differences(
                truth.books_of(self._stripe, self._site.redeemed), self._site.books()
            )
            self.report.checked, self.report.figures = self._site.checked(), self._site.figures()
        return self.report

    def _doom(self) -> str:
        """Where the next worker is to die, unless it is killed before."""
        if not self._site.points:
            return ""
        return f"{self._dice.choice(self._site.points)}:{self._dice.randint(1, MOST_PASSES)}"

    def _rage(self, fleet: Fleet, bodies: list[bytes]) -> None:
        posting = Posting()
        storm = Storm(self._site, fleet, self._servers, posting, len(bodies), self._dice)
        connections.close_all()  # the database will crash under them
        storm.start()
        try:
            with self.report.timed("posting"):
                post_all(bodies, port=fleet.port, secret=settings.STRIPE_WEBHOOK_SECRETS[0], posting=posting)
            with self.report.timed("draining"):
                self._site.drain(DRAINING)
        finally:
            storm.calm()
        self.report.crashed = dict(storm.crashed)
        self.report.posted, self.report.refused = posting.taken, posting.refused
