"""What befalls the site while events come in: processes are killed, the database crashes, the broker forgets."""

import random
import threading
from collections import Counter

from django.db import DatabaseError, connections

from scripts.servers import Servers
from tests.chaos.fleet import Fleet
from tests.chaos.posting import Posting
from tests.chaos.site import Site

LOOK_EVERY = 0.1
POSTED_PER_KILL, DONE_PER_KILL = 150, 50
VICTIMS = {"worker": 9, "web": 1}
# Shares of the events that are taken when it happens.
CRASHES = {
    0.15: "broker", 0.3: "database", 0.45: "broker", 0.5: "beat", 0.6: "database", 0.75: "broker", 0.9: "database",
}  # fmt: skip


class Storm(threading.Thread):
    """Rages until `calm`. `crashed` counts what it did to the servers; the fleet counts its dead itself."""

    def __init__(
        self,
        site: Site,
        fleet: Fleet,
        servers: Servers | None,
        posting: Posting,
        count: int,
        dice: random.Random,
    ):
        super().__init__(name="storm", daemon=True)
        self.crashed: Counter[str] = Counter()
        self._site, self._fleet, self._servers = site, fleet, servers
        self._posting, self._dice = posting, dice
        self._coming = [(share * count, what) for share, what in CRASHES.items()]
        self._done, self._kills = 0, 0
        self._is_over = threading.Event()
        self._error: Exception | None = None

    def run(self) -> None:
        try:
            while not self._is_over.wait(LOOK_EVERY):
                self._look()
        except Exception as error:  # noqa: BLE001  raised where it is waited for
            self._error = error
        connections.close_all()

    def calm(self) -> None:
        """Ends it. Raises what went wrong in it."""
        self._is_over.set()
        self.join()
        if self._error:
            raise self._error

    def _look(self) -> None:
        if self._coming and self._posting.taken >= self._coming[0][0]:
            self._crash(self._coming.pop(0)[1])
        if self._posting.taken / POSTED_PER_KILL + self._count_done() / DONE_PER_KILL >= self._kills + 1:
            self._kills += 1
            self._kill()

    def _count_done(self) -> int:
        try:
            self._done = self._site.done()
        except DatabaseError:
            connections.close_all()
        return self._done

    def _kill(self) -> None:
        [victim] = self._dice.choices(list(VICTIMS), list(VICTIMS.values()))
        if victim == "web":
            self._fleet.kill_web(self._dice.choice)
        else:
            self._fleet.kill(self._dice.choice(self._fleet.workers))

    def _crash(self, what: str) -> None:
        if what == "beat":
            self._fleet.kill("beat")
        elif self._servers:
            server = self._servers.postgres if what == "database" else self._servers.redis
            server.crash()
            server.start()
            self.crashed[what] += 1
