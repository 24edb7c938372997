"""The demo's processes under one manager: they start together and end together."""

import os
import re
import signal
import sys
import threading
from types import FrameType

from honcho.environ import parse_procfile
from honcho.manager import Manager
from honcho.printer import Message, Printer

from scripts.demo.environment import ROOT, Demo

STOPPED = re.compile(r"(\S+) stopped \(rc=(-?\d+)\)")


class DemoPrinter(Printer):
    """Prints the processes' lines, keeps the manager's own to itself and remembers who stopped first."""

    first_stopped: tuple[str, int] | None = None

    def write(self, message: Message) -> None:
        if message.name != "system":
            super().write(message)
        elif not self.first_stopped and (stopped := STOPPED.match(message.data)):
            self.first_stopped = stopped[1], int(stopped[2])


class DemoManager(Manager):
    """Honcho's manager, which also bears a signal that comes while its processes are being started."""

    def terminate(self) -> None:
        if self._all_started():
            super().terminate()
        else:
            threading.Timer(0.05, self.terminate).start()


def run(demo: Demo, env: dict[str, str]) -> int:
    """Runs Procfile.demo until a signal or until one process ends; returns the exit status."""
    printer = DemoPrinter(sys.stdout)
    manager = DemoManager(printer)
    for name, command in parse_procfile((ROOT / "Procfile.demo").read_text()).processes.items():
        if name != "sandbox" or not demo.stripe_key:
            manager.add_process(name, command, env=env, cwd=str(ROOT))
    # A closed terminal ends the demo as Ctrl-C does.
    signal.signal(signal.SIGHUP, _terminate_self)
    try:
        manager.loop()
    finally:
        # Also where the loop broke, for instance on a closed pipe: no process is left behind.
        manager.kill()
    return _farewell(printer.first_stopped, manager.returncode)


def _terminate_self(_signal: int, _frame: FrameType | None) -> None:
    os.kill(os.getpid(), signal.SIGTERM)


def _farewell(first_stopped: tuple[str, int] | None, returncode: int) -> int:
    if returncode in (128 + signal.SIGINT, 128 + signal.SIGTERM):
        print("\nThe demo has stopped; its data stay for the next `make demo`.")
        return 0
    name, status = first_stopped or ("a process", returncode)
    how = f"was killed by signal {-status}" if status < 0 else f"ended with exit status {status}"
    print(f"\nThe demo has stopped because {name} {how}. Its last words stand above.")
    return 1
