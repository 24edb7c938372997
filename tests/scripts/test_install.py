"""scripts/install: makes .venv from the lock, does nothing twice and explains a failure."""

import hashlib
import shutil
import subprocess
import sys
import zipfile

import pytest

from tests.scripts.conftest import ROOT

NO_PYTHON = "/no/such/python"
NO_CONFIGURATION = {"PIP_CONFIG_FILE": "/dev/null"}


@pytest.fixture
def small_locks(checkout):
    """Locks that name no package, so that an install is quick and needs no network."""
    for name in ("demo", "dev"):
        (checkout / f"requirements/{name}.txt").write_text(f"# nothing for {name}\n")
    return checkout / "requirements"


@pytest.fixture(scope="session")
def made_venv(tmp_path_factory):
    """A .venv with pip and nothing else."""
    folder = tmp_path_factory.mktemp("made") / ".venv"
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    return folder


@pytest.fixture
def quick_python(fake_python, made_venv):
    """A Python that copies a venv where it is asked to make one."""
    return fake_python(f"""
        case "$*" in
            *sys.version_info*) echo "$0" ;;
            "-m venv "*) cp -a "{made_venv}" "$3" ;;
            *) exit 1 ;;
        esac""")


@pytest.fixture
def installed(checkout, small_locks, made_venv):
    """A checkout whose development set is installed; returns its .venv."""
    shutil.copytree(made_venv, checkout / ".venv", symlinks=True)
    shutil.copy(small_locks / "dev.txt", checkout / ".venv/installed-dev.txt")
    return checkout / ".venv"


@pytest.fixture
def wheel(tmp_path):
    """A wheel of an empty package, in a folder that pip can look in."""
    file = tmp_path / "wheels/nothing-1-py3-none-any.whl"
    file.parent.mkdir()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("nothing.py", "")
        archive.writestr("nothing-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: nothing\nVersion: 1\n")
        archive.writestr("nothing-1.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        archive.writestr("nothing-1.dist-info/RECORD", "")
    return file


def test_install_makes_a_venv_and_remembers_the_lock(run, checkout, small_locks):
    made = run("scripts/install", "demo", PYTHON=sys.executable)

    assert made.returncode == 0, made.stderr
    assert (checkout / ".venv/installed-demo.txt").read_text() == "# nothing for demo\n"
    again = run("scripts/install", "demo", PYTHON=NO_PYTHON)
    assert (again.returncode, again.stdout) == (0, "")


def test_install_of_the_demo_set_is_content_with_the_dev_set(run, installed):
    demo = run("scripts/install", "demo", PYTHON=NO_PYTHON)

    assert (demo.returncode, demo.stdout) == (0, "")
    assert not (installed / "installed-demo.txt").exists()


def test_install_follows_a_changed_lock_in_the_same_venv(run, installed, small_locks):
    (small_locks / "dev.txt").write_text("# another lock\n")

    again = run("scripts/install", "dev", PYTHON=NO_PYTHON)

    assert again.returncode == 0, again.stderr
    assert (installed / "installed-dev.txt").read_text() == "# another lock\n"


def test_install_makes_a_half_made_venv_anew(run, quick_python, installed):
    (installed / "installed-dev.txt").unlink()
    (installed / "witness").touch()

    made = run("scripts/install", "demo", PYTHON=quick_python)

    assert made.returncode == 0, made.stderr
    assert (installed / "installed-demo.txt").exists()
    assert not (installed / "witness").exists()


def test_install_checks_hashes_and_compiles(run, installed, small_locks, wheel):
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    source = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheel.parent)} | NO_CONFIGURATION

    (small_locks / "dev.txt").write_text("nothing==1\n")
    refused = run("scripts/install", "dev", **source)
    assert refused.returncode == 1
    assert refused.stderr.startswith("The packages of requirements/dev.txt could not be installed.")
    assert list(installed.glob("lib/*/site-packages/nothing.py")) == []

    (small_locks / "dev.txt").write_text(f"nothing==1 --hash=sha256:{digest}\n")
    shutil.copy(small_locks / "demo.txt", installed / "installed-demo.txt")
    accepted = run("scripts/install", "dev", PYTHONDONTWRITEBYTECODE="1", **source)
    assert accepted.returncode == 0, accepted.stderr
    assert len(list(installed.glob("lib/*/site-packages/__pycache__/nothing.*.pyc"))) == 1


def test_install_without_network_says_so(run, checkout, installed):
    shutil.copy(ROOT / "requirements/demo.txt", checkout / "requirements")
    (installed / "installed-dev.txt").write_text("# an older lock\n")

    failed = run(
        "scripts/install",
        "demo",
        PIP_INDEX_URL="http://127.0.0.1:9/",
        PIP_RETRIES="0",
        **NO_CONFIGURATION,
    )

    assert failed.returncode == 1
    assert failed.stderr.startswith(
        "The package index could not be reached, so the packages of requirements/demo.txt are not installed."
    )
    assert "Traceback" not in failed.stdout + failed.stderr
    assert list(installed.glob("installed-*.txt")) == []


def test_install_without_a_python_explains_and_leaves_nothing(run, checkout):
    failed = run("scripts/install", "demo", PYTHON=NO_PYTHON)

    assert failed.returncode == 1
    assert failed.stderr.startswith("PYTHON=/no/such/python does not run.")
    assert not (checkout / ".venv").exists()


def test_install_twice_at_once_makes_one_venv(checkout, small_locks, quick_python):
    env = {"PATH": "/usr/bin:/bin", "PYTHON": quick_python}
    command = ["scripts/install", "demo"]
    both = [
        subprocess.Popen(command, cwd=checkout, env=env, stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]

    outputs = [process.communicate(timeout=60)[0] for process in both]

    assert [process.returncode for process in both] == [0, 0]
    assert sorted(output.count("Making .venv") for output in outputs) == [0, 1]
