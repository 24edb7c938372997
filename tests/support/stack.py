"""The platform as a reader meets it: real web, worker and sandbox processes on free ports of this machine."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.db import connection

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
WEBHOOK_SECRET = "whsec_groundswell_journeys"


@dataclass(frozen=True)
class Stack:
    site: str
    sandbox: str
    folder: Path

    @property
    def mail_folder(self):
        return self.folder / "mail"


@contextmanager
def running_stack(folder):
    web_port, sandbox_port = free_port(), free_port()
    stack = Stack(f"http://localhost:{web_port}", f"http://127.0.0.1:{sandbox_port}", folder)
    environment = os.environ | {
        "DATABASE_URL": database_url(),
        "SITE_URL": stack.site,
        "STRIPE_API_BASE": stack.sandbox,
        "STRIPE_WEBHOOK_SECRET": WEBHOOK_SECRET,
        "EMAIL_URL": f"filemail:///{stack.mail_folder}",
        "CELERY_FILESYSTEM_DIR": str(folder / "broker"),
        # All journeys start at one address, and within minutes.
        "LIMIT_CHECKOUTS": "",
        "DEBUG": "1",
        "LOG_LEVEL": "WARNING",
    }
    hook = f"http://127.0.0.1:{web_port}/webhooks/stripe/"
    commands = {
        "sandbox": [
            sys.executable, "-m", "sandbox", "--port", str(sandbox_port),
            "--webhook-url", hook, "--webhook-secret", WEBHOOK_SECRET,
        ],
        "web": [
            str(BIN / "gunicorn"), "config.wsgi", "--bind", f"127.0.0.1:{web_port}", "--worker-class", "gthread",
            "--threads", "8", "--no-control-socket", "--log-level", "warning",
        ],
        "beat": [str(BIN / "celery"), "-A", "config", "beat", "--pidfile=", "--loglevel", "warning"],
        "worker": [
            str(BIN / "celery"), "-A", "config", "worker", "--pool", "threads", "--concurrency", "4",
            "--without-gossip", "--without-mingle", "--loglevel", "warning",
        ],
    }  # fmt: skip
    with ExitStack() as children:
        for name, command in commands.items():
            children.enter_context(_process(command, environment, folder / f"{name}.log"))
        wait_for(lambda: answers(f"{stack.site}/healthz"), 40, f"the site; see {folder}")
        wait_for(lambda: answers(stack.sandbox), 20, f"the sandbox; see {folder}")
        yield stack


@contextmanager
def _process(command, environment, log):
    with log.open("wb") as output:
        child = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)
        try:
            yield
        finally:
            child.terminate()
            child.wait(timeout=20)


def database_url():
    """Where the test's own connection reads and writes."""
    found = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{found['NAME']}"
    login = f"{found['USER']}:{found['PASSWORD']}" if found["PASSWORD"] else found["USER"]
    return f"postgres://{login}@{found['HOST'] or 'localhost'}:{found['PORT'] or 5432}/{found['NAME']}"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(url):
    try:
        urllib.request.urlopen(url, timeout=2)
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def wait_for(condition, seconds=15, what="what was awaited"):
    """The first true answer of `condition`, looked at until `seconds` are over."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"{seconds} s have passed without {what}")
        time.sleep(0.05)
    return found
