"""How long the books take to be checked, and to be taken away as a journal, by how many payments they hold."""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TypeVar

from bench.machine import machine
from bench.serving import ROOT
from scripts.servers import ServerError, install, running

T = TypeVar("T")


def main() -> None:
    """Prints the figures of one run."""
    parser = argparse.ArgumentParser(prog="bench.books", description=__doc__)
    parser.add_argument("--payments", type=int, default=20_000)
    parser.add_argument("--on-sqlite", action="store_true", help="instead of PostgreSQL")
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="groundswell-bench-") as name,
        _database(Path(name) if options.on_sqlite else None) as url,
    ):
        _set_up_django(url)
        _measure(options.payments, Path(name) / "journal")
    print(f"\n{machine()}")


@contextmanager
def _database(folder: Path | None) -> Iterator[str]:
    if folder:
        yield f"sqlite:///{folder / 'books.sqlite3'}"
        return
    install()
    with running() as servers:
        yield servers.postgres.url


def _set_up_django(url: str) -> None:
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "ENV_FILE": os.devnull,
        "SECRET_KEY": "bench",
        "DATABASE_URL": url,
        "LOG_LEVEL": "ERROR",
    }
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def _measure(payments: int, journal: Path) -> None:
    from django.db import connection

    from bench.history import generate

    print(f"{payments:,} payments on {connection.vendor}; seconds in all, and of this process's processor")
    _time("writing them", partial(generate, payments))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    _time("all checks", _check)
    _time("journal", partial(_export, journal))
    size, most = journal.stat().st_size / 1e6, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1000
    print(f"the journal has {size:.0f} MB; the process that wrote it never had more than {most:.0f} MB")


def _export(journal: Path) -> None:
    command = [sys.executable, "manage.py", "export_report", "journal", "--output", str(journal)]
    subprocess.run(command, cwd=ROOT, check=True)


def _check() -> None:
    from payments.checking import findings

    for name in findings.names(asks_stripe=False):
        found = _time(name, partial(_found, findings._checks[name][0]))
        if found:
            sys.exit(f"The books are not right: {found[:5]}")


def _found(check: Callable[[], Iterable[tuple[str, str]]]) -> list[tuple[str, str]]:
    return list(check())


def _time(name: str, work: Callable[[], T]) -> T:
    started, busy = time.monotonic(), time.process_time()
    done = work()
    print(f"{time.monotonic() - started:8.2f} {time.process_time() - busy:8.2f}  {name}", flush=True)
    return done


if __name__ == "__main__":
    try:
        main()
    except ServerError as error:
        sys.exit(str(error))
