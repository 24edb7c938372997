"""scripts/test: what cannot run is named and fails the run; the caller's settings stay outside."""

import re
import shutil

import pytest

from tests.scripts.conftest import ROOT

TOOLS = ("sh", "env", "dirname", "id", "cmp", "ls", "grep")
SUITE = """
import os
import pytest

def test_plain():
    assert "DATABASE_URL" not in os.environ

@pytest.mark.browser
def test_journey():
    pass

@pytest.mark.services
def test_crash():
    pass

@pytest.mark.hledger
def test_ledger():
    pass
"""
STORM = """
import os

def test_storm():
    assert "PYTEST_XDIST_WORKER" not in os.environ
"""
CHROMIUM, SERVERS, HLEDGER = ("chromium",), ("pg_ctlcluster", "redis-server"), ("hledger",)


@pytest.fixture
def suite(checkout):
    """A checkout with a suite of four tests: one needs a browser, one servers, one hledger; and with a storm."""
    (checkout / ".venv").symlink_to(ROOT / ".venv")
    (checkout / "pyproject.toml").write_text(
        '[tool.pytest.ini_options]\nmarkers = ["browser", "services", "hledger"]\n'
    )
    (checkout / "tests" / "chaos").mkdir(parents=True)
    (checkout / "tests" / "test_suite.py").write_text(SUITE)
    (checkout / "tests" / "chaos" / "test_storm.py").write_text(STORM)
    return checkout


@pytest.fixture
def tools(tmp_path):
    """A PATH with what the scripts need and no browser, no servers, no apt-get; `tools(name, …)` adds some."""
    folder = tmp_path / "tools"
    folder.mkdir()
    for tool in TOOLS:
        (folder / tool).symlink_to(shutil.which(tool))

    def path(*more):
        for tool in more:
            (folder / tool).symlink_to("/bin/true")
        return str(folder)

    return path


def passed(result):
    """How many tests passed, in all runs together."""
    return sum(int(count) for count in re.findall(r"(\d+) passed", result.stdout))


def test_test_without_chromium_runs_the_rest_names_it_and_fails(run, suite, tools):
    result = run("scripts/test", PATH=tools(*SERVERS, *HLEDGER), DATABASE_URL="sqlite:///:memory:")

    assert result.returncode == 1
    assert passed(result) == 4
    assert result.stderr.startswith("NOT RUN: the browser journeys. Chromium is missing")
    assert result.stderr.count("NOT RUN") == 1


@pytest.mark.parametrize("there", SERVERS)
def test_test_without_a_server_runs_the_rest_names_it_and_fails(run, suite, tools, there):
    result = run("scripts/test", PATH=tools(*CHROMIUM, there, *HLEDGER))

    assert result.returncode == 1
    assert passed(result) == 4
    assert result.stderr.startswith("NOT RUN: what crashes PostgreSQL and Redis. One is missing")
    assert result.stderr.count("NOT RUN") == 1


def test_test_without_hledger_runs_the_rest_names_it_and_fails(run, suite, tools):
    result = run("scripts/test", PATH=tools(*CHROMIUM, *SERVERS))

    assert result.returncode == 1
    assert passed(result) == 4
    assert result.stderr.startswith("NOT RUN: what has hledger read our ledger. It is missing")
    assert result.stderr.count("NOT RUN") == 1


def test_test_with_nothing_runs_what_it_can_and_names_all(run, suite, tools):
    result = run("scripts/test", PATH=tools())

    assert result.returncode == 1
    assert passed(result) == 2
    assert result.stderr.count("NOT RUN") == 3


def test_test_with_all_of_it_runs_everything_and_closes_with_the_summary(run, suite, tools):
    result = run("scripts/test", PATH=tools(*CHROMIUM, *SERVERS, *HLEDGER), DATABASE_URL="sqlite:///:memory:")

    assert (result.returncode, result.stderr) == (0, "")
    assert passed(result) == 5
    assert "1 passed" in result.stdout.splitlines()[-1]


def test_what_is_chosen_runs_alone(run, suite, tools):
    path = tools(*CHROMIUM, *SERVERS, *HLEDGER)
    result = run("scripts/test", "tests/test_suite.py", "-k", "plain", PATH=path)

    assert result.returncode == 0
    assert "1 passed, 3 deselected" in result.stdout.splitlines()[-1]
    assert result.stdout.count("passed") == 1


@pytest.mark.parametrize("where", ["tests/test_suite.py", "tests/chaos/test_storm.py"])
def test_test_fails_when_a_test_fails(run, suite, tools, where):
    (suite / where).write_text("def test_broken():\n    assert False\n")

    assert run("scripts/test", PATH=tools(*CHROMIUM, *SERVERS, *HLEDGER)).returncode != 0
