"""One mechanism for every table that is a queue: the inbox, the outbox, the alarms.

A row waits; one worker at a time holds it, under a lease that a killed worker simply lets run out; it ends done, or
parked for a person. The row is the truth; whatever wakes a worker may be lost.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, Self, TypeVar

from django.db import connections, models, transaction
from django.db.models import Count, F, Min, Q
from django.utils import timezone

from payments.enums import QueueState

Row = TypeVar("Row", bound="Queued")

BATCH = 10
FIRST_WAIT = 2
"""Seconds; each further wait is four times as long …"""
LONGEST_WAIT = 3600
"""… up to this."""


@dataclass(frozen=True, slots=True)
class Backlog:
    """How many rows wait, since when the one that waits longest does, and how many are parked."""

    waiting: int
    waiting_since: datetime | None
    parked: int


def anew() -> dict[str, Any]:
    """What a row is set to that shall wait as if it had just come."""
    return {
        "state": QueueState.PENDING,
        "attempts": 0,
        "next_try_at": timezone.now(),
        "lease_until": None,
        "processed_at": None,
    }


def in_words(error: Exception) -> str:
    """What went wrong, in text that every database takes: no NUL, no half of a surrogate pair, not too long."""
    words = f"{type(error).__name__}: {error}"[:2000].replace("\0", "\ufffd")
    return words.encode(errors="replace").decode()


class QueueQuerySet(models.QuerySet[Row]):
    def due(self, now: datetime) -> Self:
        """Waiting, its time has come, and no worker's lease on it still runs."""
        return self.filter(
            Q(lease_until__isnull=True) | Q(lease_until__lt=now),
            state=QueueState.PENDING,
            next_try_at__lte=now,
        )

    def take(self, limit: int = 500) -> Iterator[Row]:
        """Due rows, longest waiting first, each begun, until no more are due or `limit` were claimed."""
        for _ in range(0, limit, BATCH):
            batch = self.claim(BATCH)
            yield from (row for row in batch if row.begin())
            if len(batch) < BATCH:
                return

    def work(self, do: Callable[[Row], None]) -> int:
        """Does each due row, longest waiting first; how many that were. What goes wrong is for `do` to note."""
        count = 0
        for row in self.take():
            do(row)
            count += 1
        return count

    def claim(self, limit: int) -> list[Row]:
        """Due rows, longest waiting first, leased to the caller alone; the work on each starts with its `begin`."""
        now = timezone.now()
        until = now + self.model.LEASE
        with transaction.atomic(using=self.db):
            due = self.due(now).order_by("next_try_at", "pk")
            # Where a database cannot skip what others hold, whoever will write has it alone (SQLite).
            if connections[self.db].features.has_select_for_update_skip_locked:
                due = due.select_for_update(skip_locked=True)
            rows = list(due[:limit])
            self.model._base_manager.filter(pk__in=[row.pk for row in rows]).update(lease_until=until)
        for row in rows:
            row.lease_until = until
        return rows

    def backlog(self) -> Backlog:
        waiting = self.filter(state=QueueState.PENDING).aggregate(
            count=Count("pk"), since=Min(self.model.CAME_AT)
        )
        parked = self.filter(state=QueueState.PARKED).count()
        return Backlog(waiting=waiting["count"], waiting_since=waiting["since"], parked=parked)

    def again(self, **also: Any) -> int:
        """Lets the rows wait as if they had just come, whatever became of them, and sets `also`; how many."""
        return self.update(**anew(), **also)


class Queued(models.Model):
    """A row that is work to do."""

    CAME_AT: ClassVar[str]
    """The field that says since when a row is here."""
    LEASE: ClassVar = timedelta(minutes=2)
    MAX_ATTEMPTS: ClassVar[int | None] = 8
    """Tries until a person must look (8: about two hours); None: for ever."""

    state = models.CharField(max_length=10, choices=QueueState, default=QueueState.PENDING)
    attempts = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField(default=timezone.now)
    lease_until = models.DateTimeField(null=True, blank=True, help_text="Until then one worker has it.")
    error = models.TextField(blank=True, help_text="Why the last attempt failed.")
    processed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(class)s_done_has_time",
                condition=~Q(state=QueueState.DONE) | Q(processed_at__isnull=False),
            )
        ]
        indexes = [
            models.Index(
                name="%(class)s_waiting", fields=["next_try_at"], condition=Q(state=QueueState.PENDING)
            ),
            # Few, looked for often, among all that was ever done.
            models.Index(
                name="%(class)s_parked", fields=["next_try_at"], condition=Q(state=QueueState.PARKED)
            ),
        ]

    def begin(self) -> bool:
        """Counts an attempt, with a whole lease ahead of it. False: the lease ran out and another has the row."""
        until = timezone.now() + self.LEASE
        if not self._still_ours().update(lease_until=until, attempts=F("attempts") + 1):
            return False
        self.lease_until = until
        self.attempts += 1
        return True

    def finish(self) -> None:
        """The work is done, whoever did it last. Belongs into the transaction that did it, if there is one."""
        self._rows().update(state=QueueState.DONE, processed_at=timezone.now(), lease_until=None, error="")

    def fail(self, error: Exception, *, is_hopeless: bool = False) -> bool:
        """Waits, longer each time, or is parked; True if parked now. Does not wake what another has finished.

        `is_hopeless`: trying again will not help, so that a person must look at once.
        """
        is_last = is_hopeless or (self.MAX_ATTEMPTS is not None and self.attempts >= self.MAX_ATTEMPTS)
        is_ours = self._still_ours().update(
            state=QueueState.PARKED if is_last else QueueState.PENDING,
            next_try_at=timezone.now() + self._wait(),
            lease_until=None,
            error=in_words(error),
        )
        return is_last and bool(is_ours)

    def _wait(self) -> timedelta:
        seconds = min(FIRST_WAIT * 4 ** min(self.attempts - 1, 10), LONGEST_WAIT)
        # Rows that failed together shall not all come back at once.
        return timedelta(seconds=seconds * (1 + self.pk % 25 / 100))

    def _still_ours(self) -> "models.QuerySet[Any]":
        return self._rows().filter(state=QueueState.PENDING, lease_until=self.lease_until)

    def _rows(self) -> "models.QuerySet[Any]":
        return type(self)._base_manager.filter(pk=self.pk)
