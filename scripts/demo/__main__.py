"""Starts the demo, or with `reset` empties it first."""

import fcntl
import os
import shutil
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scripts.demo.environment import Demo, DemoError, read_demo, settings
from scripts.demo.ports import check_ports
from scripts.demo.preparing import prepare
from scripts.demo.running import run
from scripts.demo.welcome import greet


def main(arguments: list[str]) -> int:
    """Exit status: 0 when a person stopped the demo, 1 when it could not start or a process ended."""
    signal.signal(signal.SIGTERM, _exit_by)
    signal.signal(signal.SIGHUP, _exit_by)
    try:
        demo = read_demo(os.environ)
        with _only_one(demo.folder):
            if "reset" in arguments:
                _empty(demo.folder)
            return _start(demo)
    except DemoError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped before the demo was up.", file=sys.stderr)
        return 130


def _exit_by(number: int, _frame: object) -> None:
    sys.exit(128 + number)


def _start(demo: Demo) -> int:
    check_ports(demo)
    demo.folder.mkdir(parents=True, exist_ok=True)
    env = settings(demo)
    print("Preparing the demo's data", flush=True)
    prepare(demo, env)
    threading.Thread(target=greet, args=(demo,), daemon=True).start()
    return run(demo, env)


@contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    """Holds the folder's lock, as do the demo's processes: it is free only when the last has ended."""
    folder.parent.mkdir(exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DemoError("A demo is running on these data: stop it first (Ctrl-C there).") from None
        yield


def _empty(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
