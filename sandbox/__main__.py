"""Command line: `python -m sandbox --port 12111 --state var/sandbox.sqlite3 --webhook-url … --webhook-secret …`."""

import argparse
import signal
import sqlite3
import sys
import threading
from collections.abc import Callable
from pathlib import Path

from sandbox.http import HOST, Server
from sandbox.server import Sandbox
from sandbox.store import Store
from sandbox.work import World


def main() -> int:
    """Serve until told to end; return the exit status."""
    options = _options()
    try:
        server = Server(options.port)
    except OSError:
        return _fail(
            f"Port {options.port} on {HOST} is in use. Stop what listens there, or choose another --port."
        )
    try:
        store = _open(options.state)
    except (OSError, sqlite3.Error) as problem:
        return _fail(f"Cannot keep the state in {options.state}: {problem}.")
    webhook = (options.webhook_url, options.webhook_secret) if options.webhook_url else None
    sandbox = Sandbox(World(store, server.base_url, options.business_name, webhook))
    server.application = sandbox
    sandbox.start()
    _end_on_signal(server.shutdown)
    print(f"Stripe sandbox on {server.base_url} (no real money)", flush=True)
    server.serve_forever(poll_interval=0.1)
    sandbox.stop()
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        "python -m sandbox", description="A local stand-in for Stripe. No real money."
    )
    parser.add_argument("--port", type=int, default=12111, help="0 picks a free one (default: %(default)s)")
    parser.add_argument(
        "--state", default=":memory:", help="SQLite file that survives restarts (default: in memory)"
    )
    parser.add_argument("--webhook-url", help="endpoint that gets every event from the start")
    parser.add_argument("--webhook-secret", help="what its deliveries are signed with (whsec_…)")
    parser.add_argument("--business-name", default="Groundswell Sandbox", help="shown on the hosted pages")
    options = parser.parse_args()
    if bool(options.webhook_url) != bool(options.webhook_secret):
        parser.error("--webhook-url and --webhook-secret go together")
    return options


def _open(state: str) -> Store:
    if state != ":memory:":
        Path(state).parent.mkdir(parents=True, exist_ok=True)
    return Store(state)


def _end_on_signal(shutdown: Callable[[], None]) -> None:
    """`shutdown` waits for the serving loop, so it must not run on the thread that serves."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: threading.Thread(target=shutdown).start())


def _fail(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
