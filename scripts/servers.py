"""PostgreSQL and Redis for the length of a run: on free loopback ports, their data in a folder that goes with them."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

NEED = Path(__file__).with_name("need")
# What Debian calls the packages, and a command that each brings.
PACKAGES = {"postgresql": "pg_ctlcluster", "redis-server": "redis-server"}
START_SECONDS = 30
# PostgreSQL refuses to run as root; Debian's package makes this user for it.
SERVER_USER = "postgres" if os.geteuid() == 0 else None
# Where nobody pulls the plug, nothing is gained by waiting for the disk.
_IN_A_HURRY = ["-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off"]

Command = list[str | Path]


class ServerError(Exception):
    """A server is missing or did not start; the text says what to do."""


class Server:
    """A server process of ours and its `url`. It can die and come back at the same address."""

    def __init__(
        self,
        url: str,
        command: Command,
        *,
        is_ready: Callable[[], bool],
        log: Path,
        ends_on: signal.Signals,
        dies_of: signal.Signals,
    ) -> None:
        self.url = url
        self._command, self._is_ready, self._log = command, is_ready, log
        self._ends_on, self._dies_of = ends_on, dies_of

    def start(self) -> None:
        """Returns when it answers. Raises ServerError with its own last words."""
        with self._log.open("ab") as output:
            # A session of its own: Ctrl-C is for the command, which still needs its servers then.
            self._process = subprocess.Popen(
                self._command, user=SERVER_USER, cwd="/", stdout=output, stderr=output, start_new_session=True
            )
        deadline = time.monotonic() + START_SECONDS
        while not self._is_ready():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise ServerError(f"A server did not start:\n{self._log.read_text()}")
            time.sleep(0.05)

    def stop(self) -> None:
        """Ends it in order, without waiting for its clients."""
        self._end(self._ends_on)

    def crash(self) -> None:
        """Ends it as a crash does: nothing is written out any more."""
        self._end(self._dies_of)

    def _end(self, how: signal.Signals) -> None:
        self._process.send_signal(how)
        self._process.wait(timeout=START_SECONDS)


@dataclass(frozen=True)
class Servers:
    postgres: Server
    redis: Server


@contextmanager
def running(*, is_durable: bool = False) -> Iterator[Servers]:
    """Both, for the length of the block. Durable: what PostgreSQL committed survives its crash.

    Raises ServerError.
    """
    with ExitStack() as ending:
        folder = Path(ending.enter_context(tempfile.TemporaryDirectory(prefix="groundswell-services-")))
        if SERVER_USER:
            os.chown(folder, pwd.getpwnam(SERVER_USER).pw_uid, -1)
        servers = Servers(_postgres(folder / "postgres", is_durable), _redis(folder))
        for server in (servers.postgres, servers.redis):
            server.start()
            ending.callback(server.stop)
        yield servers


def install() -> None:
    """Installs what this machine lacks, if it may be. Raises ServerError naming the packages."""
    missing = [
        package
        for package, command in PACKAGES.items()
        if subprocess.run([NEED, command, package], check=False).returncode
    ]
    if missing:
        raise ServerError(f"{' and '.join(missing)} needed. As root: apt-get install -y {' '.join(missing)}")


def _postgres(data: Path, is_durable: bool) -> Server:
    programs, port = _postgres_programs(), free_port()
    initdb: Command = [
        programs / "initdb",
        "-D",
        data,
        "-U",
        "groundswell",
        "--auth=trust",
        "--encoding=UTF8",
    ]
    subprocess.run([*initdb, "--no-sync"], user=SERVER_USER, cwd="/", stdout=subprocess.DEVNULL, check=True)
    address = ["-h", "127.0.0.1", "-p", str(port)]
    options = [] if is_durable else _IN_A_HURRY
    ready: Command = [programs / "pg_isready", "-q", *address]
    return Server(
        f"postgres://groundswell@127.0.0.1:{port}/postgres",
        [programs / "postgres", "-D", data, *address, "-k", "", *options],
        is_ready=lambda: subprocess.run(ready, cwd="/", check=False).returncode == 0,
        log=data.with_suffix(".log"),
        ends_on=signal.SIGINT,  # "fast": it waits for no client
        dies_of=signal.SIGQUIT,  # "immediate": recovery at the next start
    )


def _postgres_programs() -> Path:
    debians = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name))
    on_path = shutil.which("postgres")
    if debians:
        return debians[-1]
    if on_path:
        return Path(on_path).resolve().parent
    raise ServerError("PostgreSQL is not installed. As root: apt-get install -y postgresql")


def _redis(folder: Path) -> Server:
    port = free_port()
    return Server(
        f"redis://127.0.0.1:{port}",
        ["redis-server", "--bind", "127.0.0.1", "--port", str(port), "--dir", folder, "--save", ""],
        is_ready=lambda: _listens(port),
        log=folder / "redis.log",
        ends_on=signal.SIGTERM,
        dies_of=signal.SIGKILL,
    )


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    return port
