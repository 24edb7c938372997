"""scripts/test: what cannot run is named and fails the run; the caller's settings stay outside."""

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
"""


@pytest.fixture
def suite(checkout):
    """A checkout with a suite of two tests, one of them a browser's."""
    (checkout / ".venv").symlink_to(ROOT / ".venv")
    (checkout / "pyproject.toml").write_text('[tool.pytest.ini_options]\nmarkers = ["browser"]\n')
    (checkout / "test_suite.py").write_text(SUITE)
    return checkout


@pytest.fixture
def tools(tmp_path):
    """A PATH with what the scripts need and no browser, no apt-get."""
    folder = tmp_path / "tools"
    folder.mkdir()
    for tool in TOOLS:
        (folder / tool).symlink_to(shutil.which(tool))
    return folder


def test_test_without_chromium_runs_the_rest_names_it_and_fails(run, suite, tools):
    result = run("scripts/test", PATH=str(tools), DATABASE_URL="sqlite:///:memory:")

    assert result.returncode == 1
    assert "1 passed, 1 deselected" in result.stdout
    assert result.stderr.startswith("NOT RUN: the browser journeys. Chromium is missing")


def test_test_with_chromium_runs_everything_and_closes_with_the_summary(run, suite, tools):
    (tools / "chromium").symlink_to("/bin/true")

    result = run("scripts/test", PATH=str(tools), DATABASE_URL="sqlite:///:memory:")

    assert (result.returncode, result.stderr) == (0, "")
    assert "2 passed" in result.stdout.splitlines()[-1]


def test_test_fails_when_a_test_fails(run, suite, tools):
    (tools / "chromium").symlink_to("/bin/true")
    (suite / "test_suite.py").write_text("def test_broken():\n    assert False\n")

    assert run("scripts/test", PATH=str(tools)).returncode != 0
