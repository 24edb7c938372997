"""What must stand before the demo's processes start: tables, static files and a seeded newsroom."""

import hashlib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from scripts.demo.environment import ROOT, Demo, DemoError

SANDBOX_START_SECONDS = 20
MANIFEST = ROOT / "var/static/staticfiles.json"
# Says which files the collected ones were made of.
STAMP = ROOT / "var/static.stamp"


def prepare(demo: Demo, env: dict[str, str]) -> None:
    """Brings the demo's data up to date; quick when there is nothing to do."""
    if demo.stripe_key:
        _prepare_data(env)
    else:
        # The newsroom's history is played through the sandbox's API.
        with _running_sandbox(demo, env):
            _prepare_data(env)


def _prepare_data(env: dict[str, str]) -> None:
    static = _static_state()
    is_collected = MANIFEST.exists() and STAMP.exists() and STAMP.read_text() == static
    _run("-m", "scripts.demo.data", *([] if is_collected else ["--collect-static"]), env=env)
    STAMP.write_text(static)


def _run(*arguments: str, env: dict[str, str]) -> None:
    # In a session of its own: Ctrl-C comes to this process alone, which then ends the other.
    command = [sys.executable, *arguments]
    if subprocess.run(command, cwd=ROOT, env=env, check=False, start_new_session=True).returncode:
        raise DemoError("The demo's data could not be made ready: see above. To start over: make demo-reset")


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
    raise DemoError("The Stripe sandbox did not start: see above.")
