"""A real sandbox in a process of its own, on a free port, for the length of a test run."""

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import stripe

ROOT = Path(__file__).resolve().parents[2]
SECRET_KEY = "sk_test_groundswell"
WEBHOOK_SECRET = "whsec_groundswell_sandbox"
READY_WORDS = "Stripe sandbox on "


class SandboxProcess:
    """A running sandbox: where it is, a client for it, and its test switches."""

    def __init__(self, process: subprocess.Popen, base_url: str) -> None:
        self.process = process
        self.base_url = base_url

    def client(self, key: str = SECRET_KEY, **options: Any) -> stripe.StripeClient:
        """Return a new SDK client that talks to this sandbox."""
        options = {"max_network_retries": 2} | options
        return stripe.StripeClient(key, base_addresses={"api": self.base_url}, **options)

    def switch(self, path: str, body: dict | None = None) -> dict:
        """Use a test switch, e.g. `switch("reset", {})`; without a body it is a GET."""
        return switch(self.base_url, path, body)

    def reset(self) -> None:
        """Forget everything."""
        self.switch("reset", {})

    def stop(self) -> None:
        """End the process and wait for it."""
        self.process.terminate()
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def switch(base_url: str, path: str, body: dict | None = None) -> dict:
    """Use a test switch of the sandbox at this address; without a body it is a GET."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"Authorization": f"Bearer {SECRET_KEY}", "Content-Type": "application/json"}
    request = urllib.request.Request(f"{base_url}/_sandbox/{path}", data, headers)
    with urllib.request.urlopen(request, timeout=120) as answer:
        return json.load(answer)


def start_sandbox(*arguments: str) -> SandboxProcess:
    """Start `python -m sandbox --port 0 …` and return it once it listens."""
    process = subprocess.Popen(
        [sys.executable, "-m", "sandbox", "--port", "0", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        text=True,
    )
    line = process.stdout.readline()
    if not line.startswith(READY_WORDS):
        process.kill()
        raise RuntimeError(f"The sandbox did not start: {line!r}")
    return SandboxProcess(process, line.removeprefix(READY_WORDS).split()[0])


@contextmanager
def running_sandbox(*arguments: str) -> Iterator[SandboxProcess]:
    """Run a sandbox for the length of the block."""
    sandbox = start_sandbox(*arguments)
    try:
        yield sandbox
    finally:
        sandbox.stop()


def eventually(check: Any, *, seconds: float = 10) -> Any:
    """Return the first truthy answer of `check`, asked again and again until the deadline."""
    deadline = time.monotonic() + seconds
    while not (answer := check()):
        assert time.monotonic() < deadline, f"not so within {seconds} seconds"
        time.sleep(0.02)
    return answer
