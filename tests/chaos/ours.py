"""Our site: its workers, its readers, and how it puts right what a storm did."""

import json
import subprocess
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from celery import current_app
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connections
from django.db.models import F
from django.utils import timezone

from members.gifts.gifting import CannotRedeem, redeem_gift
from members.models import Gift, OutgoingMail, User
from members.outbox import mailing
from payments import inbox
from payments.enums import QueueState
from payments.models import StripeEvent
from payments.models.queue import Queued
from tests.chaos import our_books
from tests.chaos.books import Books
from tests.chaos.fleet import ROOT, Fleet
from tests.chaos.posting import signature
from tests.chaos.site import look

SWEEP_EVERY, STALLED_AFTER = 1, 60
QUEUES: tuple[type[Queued], ...] = (StripeEvent, OutgoingMail)


class OurSite:
    wsgi = "config.wsgi"
    celery = "config.celery"
    points = (
        "inbox.claimed",
        "inbox.read",
        "payment.written",
        "payment.posted",
        "payment.fulfilled",
        "inbox.recorded",
        "inbox.done",
        "mail.claimed",
        "mail.sent",
    )
    is_simple = False

    def __init__(self) -> None:
        self.redeemed: list[str] = []

    def set_up(self) -> None:
        call_command("migrate", verbosity=0)

    def take(self, events: list[dict[str, Any]]) -> None:
        for event in events:
            body = json.dumps(event).encode()
            inbox.receive(body, signature(body, settings.STRIPE_WEBHOOK_SECRETS[0]))
            while inbox.drain() or mailing.drain():
                pass

    def readers(self) -> "Recipients":
        return Recipients(self.redeemed)

    def done(self) -> int:
        return StripeEvent.objects.filter(state=QueueState.DONE, attempts__gt=0).count()

    def drain(self, seconds: float) -> None:
        look(lambda: sweep() or is_nothing_due(), seconds, every=SWEEP_EVERY)

    def heal(self, fleet: Fleet) -> list[str]:
        with fleet.asleep():
            let_a_day_pass()
        self.work_off()
        reconciled = manage("reconcile_stripe")
        assert reconciled.returncode == 0, reconciled.stderr
        self.work_off()
        return reconciled.stdout.splitlines()

    def work_off(self) -> None:
        """Beat's sweeps, as if it were time for them, until nothing waits. Raises TimeoutError if nothing moves."""
        least, moved_at = waiting(), time.monotonic()
        while left := waiting():
            if left < least:
                least, moved_at = left, time.monotonic()
            elif time.monotonic() > moved_at + STALLED_AFTER:
                raise TimeoutError(f"{left} rows wait, and nothing has moved for {STALLED_AFTER} s")
            sweep()
            look(lambda: not waiting(), SWEEP_EVERY)

    def books(self) -> Books:
        return our_books.read(Path(settings.EMAIL_FILE_PATH))

    def checked(self) -> list[str]:
        found = json.loads(manage("check_books", "--json").stdout)["findings"]
        return [f"{each['check']}: {each['subject']}: {each['message']}" for each in found]

    def figures(self) -> dict[str, int]:
        return {"mails sent again": our_books.repeated_mails(Path(settings.EMAIL_FILE_PATH))}


def waiting() -> int:
    """Events and mails that are not done."""
    return sum(queue.objects.filter(state=QueueState.PENDING).count() for queue in QUEUES)


def is_nothing_due() -> bool:
    """Workers can do no more just now."""
    return not any(queue.objects.all().due(timezone.now()).exists() for queue in QUEUES)


def sweep() -> None:
    """What beat does every half minute."""
    for task in (inbox.DRAIN, mailing.DRAIN):
        current_app.send_task(task)


def let_a_day_pass() -> None:
    """Leases of the dead run out, and what was put off is due. Nobody may be at work."""
    day = timedelta(days=1)
    for queue in apps.get_models():
        if issubclass(queue, Queued):
            unfinished = queue.objects.filter(state=QueueState.PENDING)
            unfinished.update(next_try_at=F("next_try_at") - day)
            unfinished.exclude(lease_until=None).update(lease_until=F("lease_until") - day)


def manage(*command: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "manage.py", *command], cwd=ROOT, capture_output=True, text=True, check=False
    )


class Recipients(threading.Thread):
    """Redeem every second gift as soon as it is paid for; where the answer is lost they try again, as people do."""

    def __init__(self, redeemed: list[str]):
        super().__init__(name="recipients", daemon=True)
        self._redeemed = redeemed
        self._is_over = threading.Event()
        self._wanted: set[int] = set()
        self._done: set[int] = set()

    def __enter__(self) -> None:
        self.start()

    def __exit__(self, *_: Any) -> None:
        self._is_over.set()
        self.join()

    def run(self) -> None:
        while not self._is_over.wait(0.3):
            try:
                self._look()
            except DatabaseError:
                connections.close_all()
        connections.close_all()

    def _look(self) -> None:
        paid = Gift.objects.filter(payment__isnull=False).values_list("pk", flat=True)
        self._wanted |= {pk for pk in paid if pk % 2}
        for pk in sorted(self._wanted - self._done):
            self._redeem(pk)
            self._done.add(pk)

    def _redeem(self, pk: int) -> None:
        """Raises DatabaseError: then nobody knows."""
        user = User.objects.for_email(f"recipient{pk}@example.org")
        try:
            membership = redeem_gift(gift=Gift.objects.get(pk=pk), user=user)
        except CannotRedeem:
            return
        self._redeemed.append(str(membership.gift.checkout.reference))
