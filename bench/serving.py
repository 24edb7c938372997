"""Gunicorn as docs/operations.md has it, and the processor time that its processes use."""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from scripts.servers import free_port

ROOT = Path(__file__).resolve().parents[1]
OPTIONS = "--worker-class gthread --workers 2 --threads 8 --no-control-socket --log-level warning".split()
_TICKS = os.sysconf("SC_CLK_TCK")
_START_SECONDS = 30


@dataclass(frozen=True)
class Server:
    port: int
    pid: int

    def cpu_seconds(self) -> float:
        """utime + stime of the master and its workers, so far."""
        return sum(_cpu_seconds(pid) for pid in (self.pid, *self._workers()))

    def resident_bytes(self) -> int:
        """What its workers hold in memory."""
        return sum(_resident_bytes(pid) for pid in self._workers())

    def _workers(self) -> list[int]:
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text()
        return [int(pid) for pid in children.split()]


@contextmanager
def gunicorn(application: str, environment: Mapping[str, str]) -> Iterator[Server]:
    """The application on a port of its own, for the length of the block."""
    port = free_port()
    program = str(Path(sys.executable).with_name("gunicorn"))
    command = [program, application, "--bind", f"127.0.0.1:{port}", *OPTIONS]
    child = subprocess.Popen(command, cwd=ROOT, env=environment)
    try:
        _wait_for(port, child)
        yield Server(port, child.pid)
    finally:
        child.terminate()
        child.wait(timeout=_START_SECONDS)


def _wait_for(port: int, child: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and child.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5)
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("gunicorn did not start")


def _cpu_seconds(pid: int) -> float:
    # The program's name, in parentheses, may hold anything; utime and stime are the 14th and 15th field.
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _resident_bytes(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
