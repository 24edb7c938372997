"""A process that dies at a named point, and what anybody does about that afterwards: nothing but start again."""

import os
import re
import signal
import traceback
from collections.abc import Callable
from pathlib import Path

from django.apps import apps
from django.core.management import call_command
from django.db import connections

from members.outbox import mailing
from payments import catalogue, checkpoints, collecting, inbox
from payments.gateway import client
from payments.models import Cursor
from payments.models.queue import Queued

ROOT = Path(__file__).resolve().parents[2]
_POINT = re.compile(r'\breached\("([\w.]+)"\)')


def named_points() -> set[str]:
    """Every point that the code names."""
    files = [path for app in ("payments", "members", "campaigns") for path in (ROOT / app).rglob("*.py")]
    return {point for path in files for point in _POINT.findall(path.read_text())}


def die_at(point: str, work: Callable[[], object]) -> None:
    """Does the work in a process that must be killed at the point."""
    # Neither a connection of the database nor one to Stripe may be shared by two processes.
    connections.close_all()
    child = os.fork()
    if not child:
        try:
            client._client.cache_clear()
            checkpoints.arm(point)
            work()
        except BaseException:  # noqa: BLE001  it must end here, and not in the middle of a test run
            traceback.print_exc()
        os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == -signal.SIGKILL, f"nothing died at {point}"


def let_leases_run_out() -> None:
    """An hour goes by, as it were."""
    for model in apps.get_models():
        if issubclass(model, Queued | Cursor):
            model.objects.exclude(lease_until=None).update(lease_until=None)


def work() -> None:
    """What beat and workers do, until nothing is due."""
    while inbox.drain() + mailing.drain() + catalogue.drain() + collecting.drain():
        pass


def start_again() -> None:
    """Time has passed, workers work, and the site reconciles itself."""
    let_leases_run_out()
    work()
    call_command("reconcile_stripe")
    work()
