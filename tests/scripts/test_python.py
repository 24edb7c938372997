"""scripts/python: finds a Python by running candidates, or says what to install."""

import sys
from pathlib import Path

import pytest

# Real Pythons, but for one fact; they get `-I -c CODE`.
TOO_OLD = (
    f"""exec "{sys.executable}" -c 'import sys; sys.version_info = (3, 9, 18); exec(sys.argv[3])' "$@" """
)
LACKS_VENV = f"""exec "{sys.executable}" -c '
import sys
sys.version_info, sys.modules["ensurepip"] = (3, 11, 2), None
exec(sys.argv[3])' "$@" """
LIES = "echo 'pyenv: python3: command not found' >&2; exit 127"
# A real one under the name given, whatever this machine has.
REAL = f'exec "{sys.executable}" "$@"'


def test_python_passes_over_a_shim_that_does_not_run(run, fake_python):
    for name in ("python3.13", "python3.12"):
        fake_python(LIES, name=name)
    shims = str(Path(fake_python(REAL, name="python3.11")).parent)

    found = run("scripts/python", PATH=f"{shims}:/bin")

    assert found.returncode == 0
    assert Path(found.stdout.strip()).exists()
    assert shims not in found.stdout
    assert found.stderr == ""


def test_python_passes_over_one_too_old_for_a_fit_one(run, fake_python):
    fake_python(TOO_OLD, name="python3.13")
    shims = str(Path(fake_python(REAL, name="python3.12")).parent)

    found = run("scripts/python", PATH=f"{shims}:/bin")

    assert found.returncode == 0
    assert Path(found.stdout.strip()).exists()


def test_python_named_by_the_caller_is_the_only_candidate(run, fake_python):
    named = fake_python(LIES, name="mine")

    found = run("scripts/python", PYTHON=named)

    assert (found.returncode, found.stdout) == (1, "")
    assert found.stderr == (
        f"PYTHON={named} does not run. Name a Python 3.11 or newer, or leave PYTHON unset.\n"
    )


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (TOO_OLD, "Python 3.11 or newer is needed; {named} is only 3.9.18. On Debian 12 or newer, as root:"),
        (LACKS_VENV, "{named} is Python 3.11.2, but it lacks the venv module. On Debian or Ubuntu, as root:"),
    ],
)
def test_python_unfit_is_told_with_the_line_that_mends_it(run, fake_python, body, sentence):
    named = fake_python(body)

    found = run("scripts/python", PYTHON=named)

    assert (found.returncode, found.stdout) == (1, "")
    first, line = found.stderr.splitlines()[:2]
    assert first == sentence.format(named=named)
    assert line == "    apt-get update && apt-get install -y python3-venv"


def test_python_absent_is_told_with_the_line_that_mends_it(run, checkout):
    # No candidate is there to run, whatever this machine has: all of them are asked for under a name of ours.
    script = checkout / "scripts/python"
    script.write_text(script.read_text().replace("python3", "no-such-python"))

    found = run("scripts/python")

    assert (found.returncode, found.stdout) == (1, "")
    assert found.stderr.startswith("Python 3.11 or newer is needed, and none was found.")
