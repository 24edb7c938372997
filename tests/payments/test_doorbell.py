import os
import threading
import time

import pytest
from celery import current_app

from payments import doorbell
from payments.doorbell import ring, settle


class Broker:
    """Notes what is sent, and may keep the sender waiting or refuse."""

    def __init__(self):
        self.sent = []
        self.is_open = threading.Event()
        self.is_open.set()
        self.error = None

    def send_task(self, task, *, args, countdown):
        self.is_open.wait(10)
        if self.error:
            raise self.error
        self.sent.append((task, args, countdown))


@pytest.fixture
def broker(monkeypatch):
    settle(5)
    broker = Broker()
    monkeypatch.setattr(doorbell.current_app, "send_task", broker.send_task)
    yield broker
    broker.is_open.set()
    settle(5)


def test_ring_goes_out_with_its_row_and_its_delay(broker):
    ring("payments.tasks.reconcile_checkout", 7, delay=6)
    settle(5)
    ring("payments.tasks.drain_inbox")
    settle(5)
    assert broker.sent == [
        ("payments.tasks.reconcile_checkout", (7,), 6),
        ("payments.tasks.drain_inbox", (), None),
    ]


def test_nobody_waits_for_a_broker_that_does_not_answer(broker):
    broker.is_open.clear()
    begun = time.monotonic()
    for _ in range(1000):
        ring("payments.tasks.drain_inbox")
    assert time.monotonic() - begun < 1
    assert broker.sent == []


def test_rings_for_the_same_are_one_while_the_broker_is_slow(broker):
    broker.is_open.clear()
    for _ in range(100):
        ring("payments.tasks.drain_inbox")
        ring("payments.tasks.reconcile_checkout", 1, delay=6)
    broker.is_open.set()
    settle(5)
    # The first one may have been on its way when the others came.
    assert len(broker.sent) <= 3
    assert set(broker.sent) == {
        ("payments.tasks.drain_inbox", (), None),
        ("payments.tasks.reconcile_checkout", (1,), 6),
    }


def test_bell_is_rung_again_after_the_broker_came_back(broker):
    broker.error = ConnectionRefusedError("no broker")
    ring("payments.tasks.drain_inbox")
    settle(5)
    broker.error = None
    ring("payments.tasks.drain_inbox")
    settle(5)
    assert broker.sent == [("payments.tasks.drain_inbox", (), None)]


def test_what_waits_is_bounded(broker):
    broker.is_open.clear()
    ring("payments.tasks.tick")
    while not doorbell._bell._is_ringing:
        pass  # the ringer has taken it, and stands before the broker
    for number in range(doorbell.MOST * 2):
        ring("payments.tasks.reconcile_checkout", number)
    broker.is_open.set()
    settle(5)
    assert len(broker.sent) == doorbell.MOST + 1


def test_child_of_a_fork_rings_for_itself(broker):
    ring("payments.tasks.drain_inbox")
    settle(5)
    child = os.fork()
    if not child:
        ring("members.tasks.drain_outbox")
        settle(5)
        os._exit(0 if broker.sent[1:] == [("members.tasks.drain_outbox", (), None)] else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_redis_that_is_not_there_keeps_nobody_waiting(monkeypatch):
    settle(5)
    monkeypatch.setattr(doorbell, "_bell", doorbell._Bell())
    dead = current_app.connection_for_write("redis://127.0.0.1:1/0")
    send = current_app.send_task
    tried = threading.Event()

    def send_to_dead(task, **how):
        tried.set()
        return send(task, connection=dead, **how)

    monkeypatch.setattr(doorbell.current_app, "send_task", send_to_dead)
    begun = time.monotonic()
    ring("payments.tasks.drain_inbox")
    assert time.monotonic() - begun < 0.1
    assert tried.wait(5)
