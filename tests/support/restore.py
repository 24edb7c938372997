"""A backup of the whole database and its restoring, as docs/operations.md tells operators to do it."""

import sqlite3
import subprocess
from pathlib import Path

from django.db import connection, connections

from tests.support.stack import database_url


def back_up(folder: Path) -> Path:
    """Writes the backup; others may go on meanwhile."""
    path = folder / "backup"
    if connection.vendor == "postgresql":
        _run("pg_dump", "--format=custom", f"--file={path}", f"--dbname={database_url()}")
    else:
        source = sqlite3.connect(connection.settings_dict["NAME"])
        source.execute("VACUUM INTO ?", [str(path)])
        source.close()
    return path


def restore(path: Path) -> None:
    """Puts the backup in place of what is there; nobody may be connected."""
    connections.close_all()
    if connection.vendor == "postgresql":
        options = ("--clean", "--if-exists", "--single-transaction")
        _run("pg_restore", *options, f"--dbname={database_url()}", str(path))
        return
    database = Path(connection.settings_dict["NAME"])
    for leftover in ("-wal", "-shm"):
        database.with_name(database.name + leftover).unlink(missing_ok=True)
    database.write_bytes(path.read_bytes())


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)
