"""Wakes workers without ever keeping anybody waiting for the broker: one thread per process does the ringing.

Nothing is lost with a ring that is not heard: the row waits in its table, and the sweeper finds it.
"""

import atexit
import os
import threading

import structlog
from celery import current_app

log = structlog.get_logger(__name__)

REST = 0.25
"""Seconds between two rounds of ringing: whatever was rung for meanwhile, however often, is rung for once."""
REST_AFTER_FAILURE = 1.0
MOST = 1000
"""Different rings that wait to be made; further ones are dropped."""

_Ring = tuple[str, tuple[int, ...], int]


def ring(task: str, *args: int, delay: int = 0) -> None:
    """Wakes a worker for the task, `delay` seconds from now. Returns at once, whatever the broker does."""
    _bell.want((task, args, delay))


def settle(seconds: float) -> None:
    """Waits until all that was rung for has gone out or has failed, for `seconds` at most."""
    _bell.settle(seconds)


class _Bell:
    def __init__(self) -> None:
        # A dict, for a set that keeps its order.
        self._wanted: dict[_Ring, None] = {}
        self._change = threading.Condition()
        self._ringer: threading.Thread | None = None
        self._is_ringing = False
        self._is_hurried = False

    def want(self, wanted: _Ring) -> None:
        with self._change:
            if len(self._wanted) < MOST:
                self._wanted[wanted] = None
            # Started at the first ring: a thread would not live through the fork of a server's workers.
            if self._ringer is None:
                self._ringer = threading.Thread(target=self._run, name="doorbell", daemon=True)
                self._ringer.start()
            self._change.notify_all()

    def settle(self, seconds: float) -> None:
        with self._change:
            self._is_hurried = True
            self._change.notify_all()
            self._change.wait_for(lambda: not self._wanted and not self._is_ringing, seconds)
            self._is_hurried = False

    def _run(self) -> None:
        while True:
            with self._change:
                self._change.wait_for(lambda: self._wanted)
                wanted, self._wanted, self._is_ringing = self._wanted, {}, True
            is_heard = _send(wanted)
            with self._change:
                self._is_ringing = False
                self._change.notify_all()
                self._change.wait_for(lambda: self._is_hurried, REST if is_heard else REST_AFTER_FAILURE)


def _send(wanted: dict[_Ring, None]) -> bool:
    try:
        for task, args, delay in wanted:
            current_app.send_task(task, args=args, countdown=delay or None)
    except Exception as error:
        log.warning("broker_unreachable", tasks=sorted({task for task, *_ in wanted}), error=str(error))
        return False
    return True


_bell = _Bell()
os.register_at_fork(after_in_child=_bell.__init__)  # type: ignore[misc]
# A command's last ring would be lost with its thread.
atexit.register(settle, 1)
