"""Triggers that keep the books append-only, and on PostgreSQL balanced, whoever holds the connection."""

from django.db.backends.base.base import BaseDatabaseWrapper

TABLES = ("payments_ledgerentry", "payments_posting")
_REASON = "the ledger is append-only: post a reversing entry"

_POSTGRESQL_FUNCTIONS = f"""
CREATE OR REPLACE FUNCTION groundswell_ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '{_REASON}'; END $$;
CREATE OR REPLACE FUNCTION groundswell_ledger_balanced() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM payments_posting WHERE entry_id = NEW.entry_id
             GROUP BY currency HAVING sum(amount) <> 0) THEN
    RAISE EXCEPTION 'ledger entry % does not balance', NEW.entry_id;
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER payments_posting_balanced AFTER INSERT ON payments_posting
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION groundswell_ledger_balanced();
CREATE OR REPLACE FUNCTION groundswell_ledger_has_lines() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT count(*) FROM payments_posting WHERE entry_id = NEW.id) < 2 THEN
    RAISE EXCEPTION 'ledger entry % does not have two lines', NEW.id;
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER payments_ledgerentry_has_lines AFTER INSERT ON payments_ledgerentry
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION groundswell_ledger_has_lines();
"""


def install(connection: BaseDatabaseWrapper) -> None:
    """Creates the triggers; the tables must be there and bare of them."""
    statements = _postgresql() if connection.vendor == "postgresql" else _sqlite()
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def remove(connection: BaseDatabaseWrapper) -> None:
    """Drops the triggers: for undoing the migration, and for tests that empty their tables."""
    suffix = {"postgresql": " ON {table}"}.get(connection.vendor, "")
    with connection.cursor() as cursor:
        for table in TABLES:
            for act in ("update", "delete"):
                cursor.execute(f"DROP TRIGGER IF EXISTS {table}_no_{act}" + suffix.format(table=table))
        if connection.vendor == "postgresql":
            cursor.execute("DROP TRIGGER IF EXISTS payments_posting_balanced ON payments_posting")
            cursor.execute("DROP TRIGGER IF EXISTS payments_ledgerentry_has_lines ON payments_ledgerentry")


def _sqlite() -> list[str]:
    return [
        f"CREATE TRIGGER {table}_no_{act} BEFORE {act} ON {table} BEGIN SELECT RAISE(ABORT, '{_REASON}'); END"
        for table in TABLES
        for act in ("update", "delete")
    ]


def _postgresql() -> list[str]:
    return [_POSTGRESQL_FUNCTIONS] + [
        f"CREATE TRIGGER {table}_no_{act} BEFORE {act} ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION groundswell_ledger_refuse()"
        for table in TABLES
        for act in ("update", "delete")
    ]
