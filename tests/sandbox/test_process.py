"""The process itself: what survives it, where it listens, how it ends."""

import socket
import sqlite3
import subprocess
import sys
import time
from contextlib import closing

from tests.sandbox.browser import pay
from tests.sandbox.builders import subscribing
from tests.support.sandbox_process import ROOT, running_sandbox, start_sandbox


def test_state_in_a_file_survives_a_restart(tmp_path):
    state = ("--state", str(tmp_path / "deep" / "state.sqlite3"))
    with running_sandbox(*state) as sandbox:
        client = sandbox.client().v1
        session = client.checkout.sessions.create(subscribing(), {"idempotency_key": "join-1"})
        pay(session.url)
        before = client.checkout.sessions.retrieve(session.id).to_dict()
        events = [event.id for event in client.events.list().data]

    with running_sandbox(*state) as sandbox:
        client = sandbox.client().v1
        assert client.checkout.sessions.retrieve(session.id).to_dict() == before
        assert [event.id for event in client.events.list().data] == events
        again = client.checkout.sessions.create(subscribing(), {"idempotency_key": "join-1"})
        assert again.id == session.id


def test_answered_request_survives_a_kill(tmp_path):
    state = ("--state", str(tmp_path / "state.sqlite3"))
    sandbox = start_sandbox(*state)
    customer = sandbox.client().v1.customers.create({"name": "Ada"})
    sandbox.process.kill()
    sandbox.process.wait()

    with running_sandbox(*state) as sandbox:
        assert sandbox.client().v1.customers.retrieve(customer.id).name == "Ada"


def test_terminated_process_ends_within_a_second(tmp_path):
    sandbox = start_sandbox("--state", str(tmp_path / "state.sqlite3"))
    sandbox.client().v1.customers.create({})
    started = time.monotonic()
    sandbox.process.terminate()
    assert sandbox.process.wait(timeout=5) == 0
    assert time.monotonic() - started < 1.5


def test_port_in_use_is_one_clear_sentence():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        command = [sys.executable, "-m", "sandbox", "--port", str(port)]
        result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=20)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr == (
        f"Port {port} on 127.0.0.1 is in use. Stop what listens there, or choose another --port.\n"
    )


def test_state_of_another_version_is_one_clear_sentence(tmp_path):
    state = tmp_path / "state.sqlite3"
    with closing(sqlite3.connect(state)) as database:
        database.execute("PRAGMA user_version = 99")
    command = [sys.executable, "-m", "sandbox", "--port", "0", "--state", str(state)]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=20)
    assert (result.returncode, result.stderr) == (
        1,
        f"Cannot keep the state in {state}: it was written by another version of the sandbox; delete it.\n",
    )


def test_only_this_machine_can_reach_it(sandbox):
    port = int(sandbox.base_url.rsplit(":", 1)[1])
    knock = f"import socket; socket.create_connection(('127.0.0.2', {port}), timeout=2)"
    result = subprocess.run([sys.executable, "-c", knock], capture_output=True, text=True, timeout=20)
    assert "ConnectionRefusedError" in result.stderr


def test_reset_forgets_everything(own_sandbox):
    client = own_sandbox.client().v1
    client.customers.create({}, {"idempotency_key": "k"})
    own_sandbox.reset()
    assert (client.customers.list().data, client.events.list().data) == ([], [])
