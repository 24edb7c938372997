"""A copy of the set-up scripts in a folder of their own, run as a newcomer's shell would run them."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def checkout(tmp_path):
    """A checkout with the scripts and locks alone: no .venv, no application."""
    folder = tmp_path / "a checkout"
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "scripts", folder / "scripts", ignore=ignored)
    shutil.copytree(ROOT / "requirements", folder / "requirements")
    for name in ("Makefile", "Procfile.demo", "pyproject.toml"):
        shutil.copy(ROOT / name, folder)
    return folder


@pytest.fixture
def run(checkout):
    """Runs a command of the checkout with only the given variables and a PATH of the system's own."""

    def run(*command, timeout=60, **env):
        base = {"PATH": "/usr/bin:/bin", "HOME": str(checkout.parent / "home")}
        return subprocess.run(
            command, cwd=checkout, env=base | env, capture_output=True, text=True, timeout=timeout
        )

    return run


@pytest.fixture
def fake_python(checkout):
    """Writes a stand-in `python3` and returns its path; the body is what it does in POSIX sh."""

    def write(body, name="python3", folder="fakes"):
        file = checkout.parent / folder / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"#!/bin/sh\n{body}\n")
        file.chmod(0o755)
        return str(file)

    return write
