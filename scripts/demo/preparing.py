"""What must stand before the demo's processes start: tables, static files and a seeded newsroom."""

import hashlib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from scripts.demo.environment import ROOT, Demo, DemoError, sandbox_settings

SANDBOX_START_SECONDS = 20


def prepare(demo: Demo, env: dict[str, str]) -> None:
    """Brings the demo's data up to date; each step is quick when there is nothing to do."""
    _manage("migrate", "--no-input", "--verbosity", "0", env=env)
    _collect_static(env)
    # History is played through the sandbox's API, also where the demo will then use a Stripe account.
    with _running_sandbox(demo, env):
        _manage("seed_demo", env=env | sandbox_settings(demo))


def _manage(*arguments: str, env: dict[str, str]) -> None:
    # In a session of its own, so that Ctrl-C reaches this process alone, which then ends the command.
    command = [sys.executable, "manage.py", *arguments]
    if subprocess.run(command, cwd=ROOT, env=env, check=False, start_new_session=True).returncode:
        raise DemoError(f"`manage.py {arguments[0]}` failed: see above. To start over: make demo-reset")


def _collect_static(env: dict[str, str]) -> None:
    """Collects and compresses the static files, unless they are the same as last time."""
    manifest, stamp = ROOT / "var/static/staticfiles.json", ROOT / "var/static.stamp"
    state = _static_state()
    if manifest.exists() and stamp.exists() and stamp.read_text() == state:
        return
    _manage("collectstatic", "--no-input", "--verbosity", "0", env=env)
    stamp.write_text(state)


def _static_state() -> str:
    folders = [ROOT / "static", *(folder for folder in ROOT.glob("*/static") if folder.parent.name != "var")]
    files = sorted(file for folder in folders for file in folder.rglob("*") if file.is_file())
    facts = [f"{file}:{file.stat().st_size}:{file.stat().st_mtime_ns}" for file in files]
    lock = (ROOT / "requirements/demo.txt").read_bytes()
    return hashlib.sha256("\n".join(facts).encode() + lock).hexdigest()


@contextmanager
def _running_sandbox(demo: Demo, env: dict[str, str]) -> Iterator[None]:
    state = demo.folder / "sandbox.sqlite3"
    command = [sys.executable, "-m", "sandbox", "--port", str(demo.sandbox_port), "--state", str(state)]
    process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL, start_new_session=True)
    try:
        _wait_for(demo.sandbox_port, process)
        yield
    finally:
        process.terminate()
        process.wait(timeout=10)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + SANDBOX_START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise DemoError("The Stripe sandbox did not start; its own words stand above.")
