"""Where objects live: one SQLite database, in memory or in a file, one writer at a time.

A transaction holds the lock from its first read to its commit, so requests are serialised like Stripe's per object,
only coarser. In a file, what was committed survives the end of the process (WAL, `synchronous=NORMAL`).
"""

import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sandbox.types import Json

VERSION = 4
"""Goes up with every change of the tables; a file of another version is refused."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS objects (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    created INTEGER NOT NULL,
    is_deleted INTEGER NOT NULL DEFAULT 0,
    body TEXT NOT NULL,
    due INTEGER,
    clock TEXT NOT NULL DEFAULT ''
);
CREATE INDEX IF NOT EXISTS objects_of_clocks ON objects (clock) WHERE clock != '';
CREATE INDEX IF NOT EXISTS objects_due ON objects (clock, due, seq) WHERE due IS NOT NULL;
CREATE INDEX IF NOT EXISTS objects_newest ON objects (kind, created, seq);
CREATE TABLE IF NOT EXISTS answers (
    key TEXT PRIMARY KEY, fingerprint TEXT NOT NULL,
    status INTEGER NOT NULL, body TEXT NOT NULL, request_id TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS deliveries (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    event TEXT NOT NULL, type TEXT NOT NULL, endpoint TEXT NOT NULL, url TEXT NOT NULL,
    copy INTEGER NOT NULL, queued REAL NOT NULL, due REAL, lateness REAL NOT NULL, faults TEXT NOT NULL,
    attempt INTEGER NOT NULL DEFAULT 0, UNIQUE (event, endpoint, copy)
);
CREATE TABLE IF NOT EXISTS attempts (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, event TEXT NOT NULL, type TEXT NOT NULL, url TEXT NOT NULL,
    attempt INTEGER NOT NULL, status INTEGER NOT NULL, at INTEGER NOT NULL, faults TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS attempts_of ON attempts (event);
CREATE INDEX IF NOT EXISTS deliveries_in_turn ON deliveries (seq + lateness) WHERE due IS NOT NULL;
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""

# Which fields are looked up by value, so that ten thousand charges stay as quick as ten.
INDEXED = {
    "balance_transaction": ["source", "type", "currency", "_payout"],
    "charge": ["payment_intent", "customer"],
    "checkout.session": ["payment_intent", "subscription", "customer", "status"],
    "customer": ["email"],
    "customer_balance_transaction": ["customer"],
    "dispute": ["charge", "payment_intent"],
    "event": ["type"],
    "invoice": ["customer", "_subscription"],
    "invoice_payment": ["invoice", "_payment_intent"],
    "invoiceitem": ["customer", "invoice"],
    "payment_intent": ["customer"],
    "payment_method": ["customer"],
    "payout": ["status"],
    "price": ["lookup_key", "product"],
    "product": ["default_price"],
    "refund": ["charge", "payment_intent"],
    "setup_intent": ["_portal"],
    "subscription": ["customer", "status"],
}


class Store:
    """Objects, remembered answers and deliveries; every use happens inside `transaction()`."""

    def __init__(self, path: str) -> None:
        self._lock = threading.RLock()
        self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=30)
        self._database.row_factory = sqlite3.Row
        self._check_version()
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = NORMAL")
        indexes = "".join(_index(kind, field) for kind, field in _indexed())
        self._database.executescript(SCHEMA + SUMS_INDEX + indexes)

    def _check_version(self) -> None:
        [version] = self._database.execute("PRAGMA user_version").fetchone()
        if version not in (0, VERSION):
            raise sqlite3.DatabaseError("it was written by another version of the sandbox; delete it")
        self._database.execute(f"PRAGMA user_version = {VERSION}")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit what the block wrote, or nothing of it. Not nestable."""
        with self._lock:
            self._database.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._database.execute("ROLLBACK")
                raise
            self._database.execute("COMMIT")

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Inside a transaction, undo the block's writes if it raises, unless the exception keeps its state."""
        self.run("SAVEPOINT attempt")
        try:
            yield
        except Exception as refusal:
            if not getattr(refusal, "keeps_state", False):
                self.run("ROLLBACK TO attempt")
            raise
        finally:
            self.run("RELEASE attempt")

    def run(self, statement: str, *values: Any) -> sqlite3.Cursor:
        """Run one statement; the caller holds a transaction."""
        return self._database.execute(statement, values)

    def put(self, kind: str, thing: Json, *, due: int | None = None) -> None:
        """Insert an object or replace its body; its place in lists stays. `due` is when it is on the agenda."""
        self.run(
            "INSERT INTO objects (id, kind, created, is_deleted, body, due, clock) VALUES (?, ?, ?, ?, ?, ?, ?) "
            "ON CONFLICT (id) DO UPDATE SET "
            "is_deleted = excluded.is_deleted, body = excluded.body, due = excluded.due",
            thing["id"], kind, thing.get("created", 0), bool(thing.get("deleted")), json.dumps(thing),
            due, thing.get("test_clock") or thing.get("_test_clock") or "",
        )  # fmt: skip

    def read(self, identifier: str) -> Json | None:
        """Return an object, or None."""
        row = self.run("SELECT body FROM objects WHERE id = ?", identifier).fetchone()
        return json.loads(row["body"]) if row else None

    def where(self, kind: str, **fields: Any) -> sqlite3.Cursor:
        """Read id and body of those of the kind whose fields have these values, oldest first."""
        tests = "".join(f" AND {column(name)} = ?" for name in fields)
        return self.select("id, body", kind, f"{tests} ORDER BY created, seq", *fields.values())

    def select(
        self, wanted: str, kind: str, rest: str, *values: Any, index: str | None = None
    ) -> sqlite3.Cursor:
        """Read columns of the living objects of a kind; `rest` is SQL made of constants and field names.

        `index` insists on one where SQLite would choose badly.
        """
        objects = f"objects INDEXED BY {index}" if index else "objects"
        # The kind is spelt out, not bound: only so can SQLite use the indexes that hold one kind.
        return self.run(
            f"SELECT {wanted} FROM {objects} WHERE kind = '{kind}' AND NOT is_deleted{rest}",  # noqa: S608
            *values,
        )

    def next_due(self, clock: str, until: int) -> tuple[str, int] | None:
        """Return what is due first by `until` among the objects that live by a clock ('' for real time)."""
        query = "SELECT id, due FROM objects WHERE clock = ? AND due <= ? ORDER BY due, seq LIMIT 1"
        row = self.run(query, clock, until).fetchone()
        return (row["id"], row["due"]) if row else None

    def living_by(self, clock: str) -> list[str]:
        """Return the ids of everything that lives by a test clock."""
        query = "SELECT id FROM objects WHERE clock = ? AND clock != '' AND NOT is_deleted ORDER BY seq"
        return [row["id"] for row in self.run(query, clock)]

    def setting(self, name: str) -> str | None:
        """Return what was set under this name."""
        row = self.run("SELECT value FROM settings WHERE name = ?", name).fetchone()
        return row["value"] if row else None

    def set(self, name: str, value: str) -> None:
        self.run("INSERT OR REPLACE INTO settings VALUES (?, ?)", name, value)

    def mark(self, kind: str, field: str, value: Any, rest: str, *values: Any) -> None:
        """Set a field of all living objects of a kind that fit; `rest` is as in `select`.

        Copies that a unit of work has already read do not learn of it.
        """
        self.run(
            f"UPDATE objects SET body = json_set(body, '$.{field}', ?) "  # noqa: S608 - constants, as in `select`
            f"WHERE kind = '{kind}' AND NOT is_deleted{rest}",
            value,
            *values,
        )

    def clear(self) -> None:
        """Forget everything."""
        for table in ("objects", "answers", "deliveries", "attempts", "settings"):
            self.run(f"DELETE FROM {table}")  # noqa: S608 - the names stand right above

    def close(self) -> None:
        """Fold the log into the file and close it."""
        with self._lock:
            self._database.close()


def column(field: str) -> str:
    """Return the SQL that reads a field out of a body; indexes need exactly this spelling."""
    return f"json_extract(body, '$.{field}')"


# The balance is added up from this alone: quicker by far than opening every movement.
SUMS = "balance_transaction_sums"
SUMS_INDEX = (
    f"CREATE INDEX IF NOT EXISTS {SUMS} ON objects ({column('currency')}, {column('available_on')}, {column('net')}) "
    "WHERE kind = 'balance_transaction' AND NOT is_deleted;"
)


def _indexed() -> list[tuple[str, str]]:
    return [(kind, field) for kind, fields in INDEXED.items() for field in fields]


def _index(kind: str, field: str) -> str:
    name = f"{kind}_by_{field}".replace(".", "_")
    return f"CREATE INDEX IF NOT EXISTS {name} ON objects ({column(field)}, created, seq) WHERE kind = '{kind}';\n"
