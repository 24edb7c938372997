import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from payments.ledger import guards


def remove_guards():
    """Takes the guards of the ledger away, as far as the transaction goes."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # What was posted is judged now: a table with a judgement to come cannot be changed.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    guards.remove(connection)


@pytest.fixture
def check_books():
    """Runs the command: its exit status, and its findings as (check, subject)."""

    def check(*arguments):
        out, status = StringIO(), 0
        try:
            call_command("check_books", "--json", *arguments, stdout=out)
        except SystemExit as end:
            status = end.code
        found = json.loads(out.getvalue())["findings"]
        return status, sorted((each["check"], each["subject"]) for each in found)

    return check
