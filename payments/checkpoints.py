"""Names the points on the way of a payment at which a process may die, so that a test can have it die just there."""

import os
import signal

from django.conf import settings

_fatal: str = ""
_passes_left: int = 0


def reached(point: str) -> None:
    """Does nothing, unless a test armed this point: then the process ends here, as if the power went."""
    if point == _fatal:
        _pass()


def arm(where: str) -> None:
    """The point to die at: its name, or `name:n` for the n-th time that it is passed. Empty: nowhere."""
    global _fatal, _passes_left
    name, _, number = where.partition(":")
    _fatal, _passes_left = name, int(number or 1)


def _pass() -> None:
    global _passes_left
    _passes_left -= 1
    if not _passes_left:
        os.kill(os.getpid(), signal.SIGKILL)


arm(settings.KILL_AT)
