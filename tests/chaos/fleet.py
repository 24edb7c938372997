"""The site's processes, which can be killed at any moment and come back: gunicorn, Celery's workers, beat.

Workers and beat are forked from a process that has everything imported: so a worker is back within a moment, and a run
can afford to kill a hundred.
"""

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from payments import checkpoints
from scripts.servers import free_port

ROOT = Path(__file__).resolve().parents[2]
THREADS = 4
_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["tests.chaos.preloaded"])


class Fleet:
    """`port` is the site's. Counted are who was `killed`, the points at which one `died`, and who `ended` otherwise.

    Whoever is gone is started again at once, as an operator's supervisor does it. `doom` tells for each worker the
    point at which it is to die; empty: at none.
    """

    def __init__(
        self,
        folder: Path,
        *,
        workers: int,
        wsgi: str,
        celery: str,
        doom: Callable[[], str] = str,
    ):
        self.port = free_port()
        self.killed: Counter[str] = Counter()
        self.died: Counter[str] = Counter()
        self.ended: Counter[str] = Counter()
        self.workers = [f"worker{number}" for number in range(workers)]
        self._folder, self._wsgi, self._celery, self._doom = folder, wsgi, celery, doom
        self._dooms: dict[str, str] = {}
        self._web = self._start_web()
        self._lock = threading.Lock()
        self._is_over = threading.Event()
        self._celeries = {name: self._start(name) for name in ["beat", *self.workers]}
        self._supervisor = threading.Thread(target=self._supervise, name="supervisor", daemon=True)
        self._supervisor.start()

    def kill(self, name: str) -> None:
        """Beat, or a worker."""
        with self._lock:
            self._end(name)
            self._celeries[name] = self._start(name)

    def kill_web(self, choose: Callable[[list[str]], str]) -> None:
        """One of gunicorn's processes, in the middle of its requests; gunicorn makes another."""
        children = Path(f"/proc/{self._web.pid}/task/{self._web.pid}/children").read_text().split()
        if children:
            os.kill(int(choose(children)), signal.SIGKILL)
            self.killed["web"] += 1

    @contextmanager
    def asleep(self) -> Iterator[None]:
        """Kills beat and every worker; they are back after the block, and none is doomed from then on."""
        with self._lock:
            for name in self._celeries:
                self._end(name)
            yield
            self._doom = str
            self._celeries = {name: self._start(name) for name in self._celeries}

    def stop(self) -> None:
        self._is_over.set()
        self._supervisor.join()
        for process in self._celeries.values():
            process.kill()
            process.join()
        self._web.terminate()
        self._web.wait(timeout=30)

    def _supervise(self) -> None:
        while not self._is_over.wait(0.1):
            with self._lock:
                for name, process in self._celeries.items():
                    if not process.is_alive():
                        self._count(name, process.exitcode)
                        self._celeries[name] = self._start(name)

    def _end(self, name: str) -> None:
        victim = self._celeries[name]
        if not victim.is_alive():
            self._count(name, victim.exitcode)
            return
        victim.kill()
        victim.join()
        self.killed[_kind(name)] += 1

    def _count(self, name: str, exitcode: int | None) -> None:
        """Somebody is gone whom nobody killed."""
        if exitcode == -signal.SIGKILL:
            self.died[self._dooms[name].partition(":")[0]] += 1
        else:
            self.ended[_kind(name)] += 1

    def _start(self, name: str) -> ForkServerProcess:
        self._dooms[name] = "" if name == "beat" else self._doom()
        arguments = (self._celery, name, self._dooms[name], str(self._folder / f"{name}.log"))
        process = _context.Process(target=run_celery, args=arguments, name=name)
        process.start()
        return process

    def _start_web(self) -> subprocess.Popen:
        command = [
            str(Path(sys.executable).parent / "gunicorn"), self._wsgi, "--bind", f"127.0.0.1:{self.port}",
            "--worker-class", "gthread", "--workers", "2", "--threads", "4", "--preload", "--no-control-socket",
            "--log-level", "warning",
        ]  # fmt: skip
        with (self._folder / "web.log").open("ab") as output:
            return subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=output)


@contextmanager
def running_fleet(folder: Path, **options: object) -> Iterator[Fleet]:
    fleet = Fleet(folder, **options)
    try:
        yield fleet
    finally:
        fleet.stop()


def _kind(name: str) -> str:
    return name.rstrip("0123456789")


def run_celery(application: str, name: str, doom: str, log: str) -> None:
    """What a child is: Celery's own worker or beat, as its command line starts it."""
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(output, 1)
    os.dup2(output, 2)
    checkpoints.arm(doom)
    module = sys.modules.get(application) or __import__(application, fromlist=["app"])
    kind = ["beat", "--pidfile="] if name == "beat" else [
        "worker", "--pool", "threads", "--concurrency", str(THREADS), "--without-gossip", "--without-mingle",
        "--hostname", f"{name}@localhost",
    ]  # fmt: skip
    sys.exit(module.app.start([*kind, "--loglevel", "error"]))
