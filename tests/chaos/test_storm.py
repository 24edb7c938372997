"""Thousands of events, shuffled, doubled and lost, while everything is killed; and the twin that fails it."""

import json
import os
import subprocess
import sys
from collections import Counter

import pytest

from tests.chaos.books import Fault
from tests.chaos.fleet import ROOT
from tests.chaos.summary import summary

EVENTS = int(os.environ.get("CHAOS_EVENTS", "4000"))
IS_ON_SERVICES = "TEST_DATABASE_URL" in os.environ


@pytest.fixture
def chaos(tmp_path, capsys):
    """Runs `python -m tests.chaos` with these options, as a process; gives its report and shows a summary."""

    def run(*options):
        report = tmp_path / "report.json"
        command = [sys.executable, "-m", "tests.chaos", *options, "--report", str(report)]
        with (tmp_path / "output").open("w+") as output:
            process = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=output)
            try:
                status = process.wait()
            finally:
                process.terminate()  # if the test was: it ends its servers then
                process.wait()
            assert status == 0, (tmp_path / "output").read_text()[-5000:]
        told = json.loads(report.read_text())
        with capsys.disabled():
            sys.stdout.write(f"\n{summary(told)}\n")
        return told

    return run


@pytest.mark.services
@pytest.mark.timeout(1500)
@pytest.mark.skipif(
    IS_ON_SERVICES, reason="runs once, in `make test`, on a PostgreSQL and a Redis of its own"
)
def test_books_equal_stripes_after_a_storm_on_postgresql_and_redis(chaos):
    told = chaos("--events", str(EVENTS))

    assert told["events"] >= EVENTS
    assert told["posted"] >= 1.1 * told["events"]
    assert told["killed"]["worker"] >= EVENTS / 250
    assert told["crashed"] == {"broker": 3, "database": 3}
    assert told["findings"] == told["checked"] == []


@pytest.mark.timeout(600)
@pytest.mark.skipif(IS_ON_SERVICES, reason="is about SQLite: runs in `make test`")
def test_books_equal_stripes_after_a_storm_on_sqlite_and_folders(chaos):
    told = chaos("--events", "500", "--on", "sqlite")

    assert told["killed"]["worker"] >= 3
    assert told["findings"] == told["checked"] == []


@pytest.mark.services
@pytest.mark.timeout(600)
@pytest.mark.skipif(
    IS_ON_SERVICES, reason="runs once, in `make test`, on a PostgreSQL and a Redis of its own"
)
def test_naive_handler_fails_the_same_storm(chaos):
    told = chaos("--events", "1000", "--site", "naive")

    faults = Counter(finding["fault"] for finding in told["findings"])
    assert faults[Fault.MONEY]
    assert faults[Fault.LOST] + faults[Fault.DOUBLE] > 50
    assert faults[Fault.STATE] > 50


@pytest.mark.services
@pytest.mark.timeout(600)
@pytest.mark.skipif(
    IS_ON_SERVICES, reason="runs once, in `make test`, on a PostgreSQL and a Redis of its own"
)
def test_naive_handler_is_right_in_peace(chaos):
    """So it is the storm that it fails at, and neither the traffic nor the verdict."""
    assert chaos("--events", "500", "--site", "naive", "--in-peace")["findings"] == []
