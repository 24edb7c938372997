"""scripts/demo: refuses what cannot work in a sentence, and ends all of its processes together."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from environ import Env

from scripts.demo.environment import Demo, DemoError, read_demo, settings
from scripts.demo.ports import check_ports
from tests.scripts.conftest import ROOT

# Stands in for every process of the Procfile: tells its pid, again and again.
PROCESS = """
import os, signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
for _ in range(600):
    print("pid", os.getpid(), flush=True)
    time.sleep(0.1)
"""
# Holds the data as a running demo does.
HOLD = """
import fcntl, sys
lock = open("var/demo.lock", "w")
fcntl.flock(lock, fcntl.LOCK_EX)
print("held", flush=True)
sys.stdin.read()
"""
# Runs the manager alone, without preparation.
RUN = """
import os, sys
from scripts.demo.environment import read_demo
from scripts.demo.running import run
sys.exit(run(read_demo(os.environ), dict(os.environ)))
"""


def test_demo_uses_the_ports_it_is_given():
    demo = read_demo({"PORT": "8001", "SANDBOX_PORT": "12112"})

    assert demo.ports == {"PORT": 8001, "SANDBOX_PORT": 12112}
    assert demo.site_url == "http://localhost:8001"


@pytest.mark.parametrize("text", ["abc", "0", "65536", "-1", "80 00"])
def test_demo_refuses_what_is_no_port(text):
    with pytest.raises(DemoError, match=f"PORT={text} is no port"):
        read_demo({"PORT": text})


def test_demo_refuses_a_live_key():
    with pytest.raises(DemoError, match="the demo takes no real money"):
        read_demo({"STRIPE_SECRET_KEY": "sk_live_x", "STRIPE_WEBHOOK_SECRET": "whsec_x"})


def test_demo_with_an_own_test_key_needs_the_webhook_secret():
    with pytest.raises(
        DemoError, match="stripe listen --latest --forward-to localhost:8000/webhooks/stripe/"
    ):
        read_demo({"STRIPE_SECRET_KEY": "sk_test_mine"})


def test_demo_with_an_own_test_key_leaves_the_sandbox_out(monkeypatch):
    monkeypatch.setenv("STRIPE_API_BASE", "http://127.0.0.1:12111")
    own = Demo(port=8000, sandbox_port=12111, stripe_key="sk_test_mine", webhook_secret="whsec_mine")
    monkeypatch.setattr("scripts.demo.environment._secret_key", lambda _file: "secret")

    env = settings(own)

    assert "STRIPE_API_BASE" not in env
    assert (env["STRIPE_SECRET_KEY"], env["STRIPE_WEBHOOK_SECRET"]) == ("sk_test_mine", "whsec_mine")
    assert own.folder != Demo(port=8000, sandbox_port=12111).folder


def test_demo_keeps_its_data_where_they_belong_whatever_the_folder_is_called(monkeypatch, tmp_path):
    folder = tmp_path / "50% of #1"
    (folder / "var/demo").mkdir(parents=True)
    monkeypatch.setattr("scripts.demo.environment.ROOT", folder)

    env = settings(Demo(port=8000, sandbox_port=12111))

    assert Env.db_url_config(env["DATABASE_URL"])["NAME"] == str(folder / "var/demo/demo.sqlite3")
    assert Env.email_url_config(env["EMAIL_URL"])["EMAIL_FILE_PATH"] == str(folder / "var/demo/mail")


@pytest.mark.parametrize(("family", "host"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")])
def test_demo_names_the_port_in_use_and_the_way_round_it(family, host):
    with socket.create_server((host, 0), family=family) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(DemoError, match=f"Port {port} is in use.* SANDBOX_PORT={port + 1} make demo"):
            check_ports(Demo(port=_free_port(), sandbox_port=port))


def test_demo_reports_a_port_in_use_from_make_without_a_traceback(run, checkout):
    (checkout / ".venv").symlink_to(ROOT / ".venv")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        failed = run("make", "demo", PORT=port)

    assert failed.returncode == 2
    assert failed.stderr.startswith(f"Port {port} is in use")
    assert "Traceback" not in failed.stderr
    assert not (checkout / "var/demo").exists()


def _free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


@pytest.fixture
def running(checkout):
    """A manager with three stand-in processes; yields it and their pids by name."""
    (checkout / "process.py").write_text(PROCESS)
    names = ("web", "worker", "beat")
    (checkout / "Procfile.demo").write_text("".join(f"{name}: exec python process.py\n" for name in names))
    env = {"PATH": f"{ROOT / '.venv/bin'}:/usr/bin:/bin"}
    manager = subprocess.Popen(
        [sys.executable, "-c", RUN], cwd=checkout, env=env, stdout=subprocess.PIPE, text=True
    )
    yield manager, _pids(manager, len(names))
    manager.kill()
    manager.wait(timeout=10)


def _pids(manager, number):
    pids = {}
    while len(pids) < number:
        _time, name, _bar, _word, pid = manager.stdout.readline().split()
        pids[name] = int(pid)
    return pids


def _all_end(pids):
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if not any(Path(f"/proc/{pid}").exists() for pid in pids.values()):
            return True
        time.sleep(0.02)
    return False


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_demo_ends_every_process_on_a_signal(running, number):
    manager, pids = running

    manager.send_signal(number)

    assert "The demo has stopped; its data stay" in manager.communicate(timeout=20)[0]
    assert manager.returncode == 0
    assert _all_end(pids)


@pytest.mark.parametrize("victim", ["web", "beat"])
def test_demo_ends_and_names_the_process_that_died(running, victim):
    manager, pids = running

    os.kill(pids[victim], signal.SIGKILL)

    output = manager.communicate(timeout=20)[0]
    assert f"The demo has stopped because {victim} was killed by signal 9." in output
    assert manager.returncode == 1
    assert _all_end(pids)


def test_demo_ends_and_names_the_process_that_left_without_a_fault(running):
    manager, pids = running

    os.kill(pids["worker"], signal.SIGTERM)

    assert "because worker ended with exit status 0." in manager.communicate(timeout=20)[0]
    assert manager.returncode == 1
    assert _all_end(pids)


def test_demo_leaves_no_process_when_its_output_is_closed(running):
    manager, pids = running

    manager.stdout.close()

    assert manager.wait(timeout=20) != 0
    assert _all_end(pids)


def test_demo_reset_is_refused_while_a_demo_holds_the_data(run, checkout):
    (checkout / ".venv").symlink_to(ROOT / ".venv")
    data = checkout / "var/demo/kept"
    data.parent.mkdir(parents=True)
    data.touch()
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD],
        cwd=checkout,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    holder.stdout.readline()

    refused = run("make", "demo-reset")

    holder.communicate(timeout=10)
    assert refused.returncode == 2
    assert refused.stderr.startswith("A demo is running on these data: stop it first")
    assert data.exists()
