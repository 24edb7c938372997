"""A backup of the database that fits into a test, and what an operator does with it."""

from typing import Any

from django.db import connection

_OURS = ("payments_", "members_", "campaigns_")


class Backup:
    """Every row of our apps as it is now, save for those of the tables named."""

    def __init__(self, *, without: tuple[str, ...] = ()) -> None:
        with connection.cursor() as cursor:
            tables = connection.introspection.table_names(cursor)
        ours = [name for name in tables if name.startswith(_OURS)]
        self._rows = {table: _rows(table) for table in ours if table not in without}

    def restore(self) -> None:
        """Puts the rows back in place of what is there. The guards of the ledger must be gone."""
        with connection.cursor() as cursor:
            for table, (columns, rows) in self._rows.items():
                cursor.execute(f"DELETE FROM {table}")
                places = ", ".join(["%s"] * len(columns))
                cursor.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})", rows)


def _rows(table: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table}")
        return [f'"{column[0]}"' for column in cursor.description], cursor.fetchall()
