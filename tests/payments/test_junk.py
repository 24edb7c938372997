"""A flood of junk on the webhook: each gets the answer due, only what Stripe signed is kept, and memory stays flat."""

import gc
import logging
import os
from itertools import islice
from pathlib import Path

import pytest
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections

from bench.serving import gunicorn
from payments import inbox
from payments.enums import AlarmKind, QueueState
from payments.models import Alarm, StripeEvent
from tests.sandbox.builders import one_time
from tests.support.bad_lines import ask, bad_lines
from tests.support.events import WEBHOOK, event_body, post_event
from tests.support.junk import absurd_events, posts
from tests.support.stack import database_url

FLOOD, LINES, ABSURD = 100_000, 3000, 200
MOST_GROWTH = 4 * 2**20
MOST_GROWTH_OF_THREADS = 12 * 2**20
"""A server's threads come as they are needed, each with memory of its own."""
SEED = 7


@pytest.fixture
def application(db):
    """As gunicorn has it, but for its habit of closing the database between requests: that is the test's own."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield get_wsgi_application()
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def _quiet(application, caplog):
    """Pytest would keep every line that is logged, with its request."""
    for logger in ("django.request", "payments"):
        caplog.set_level(logging.CRITICAL, logger)


def answer(application, post):
    """Status of the answer, as a server gets it."""
    statuses = []
    chunks = application(post.wsgi(), lambda status, headers, *_: statuses.append(int(status.split()[0])))
    chunks.close()
    return statuses[-1]


def resident():
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.timeout(300)
@pytest.mark.usefixtures("_quiet")
def test_flood_of_junk_is_answered_as_is_due_and_leaves_nothing_behind(application):
    wrong, kept = [], set()
    for number, post in enumerate(islice(posts(SEED), FLOOD)):
        status = answer(application, post)
        if status != post.status:
            wrong.append((status, post))
        if post.event_id:
            kept.add(post.event_id)
        if number == FLOOD // 5:
            before = resident()

    assert wrong[:10] == []
    assert set(StripeEvent.objects.values_list("event_id", flat=True)) == kept
    assert set(Alarm.objects.values_list("subject")) == {
        ("live mode",),
        *((f"account acct_{n}",) for n in range(3)),
    }
    assert resident() - before < MOST_GROWTH


@pytest.mark.timeout(300)
@pytest.mark.django_db(transaction=True)
def test_no_line_however_bad_brings_gunicorn_down(tmp_path):
    environment = os.environ | {"DATABASE_URL": database_url(), "CELERY_FILESYSTEM_DIR": str(tmp_path)}
    lines, wrong, kept, held = bad_lines(SEED), [], set(), []
    with gunicorn("config.wsgi", environment) as server:
        for _ in range(3):
            for line in islice(lines, LINES // 3):
                status = ask(server.port, line.request)
                if status not in line.answers:
                    wrong.append((status, line))
                if status == 200:
                    kept.add(line.event_id)
            held.append(server.resident_bytes())

    assert wrong[:10] == []
    assert set(StripeEvent.objects.values_list("event_id", flat=True)) == kept
    assert held[-1] - held[0] < MOST_GROWTH_OF_THREADS


@pytest.fixture
def senseless(client, at_stripe, time_machine_now):
    """Events in the inbox that Stripe signed and a worker can do nothing with."""
    for post in islice(absurd_events(SEED), ABSURD):
        client.generic("POST", WEBHOOK, post.body, headers={"Stripe-Signature": post.signature})
    waiting = StripeEvent.objects.exclude(state=QueueState.DONE)
    assert waiting.count() > ABSURD / 4
    return waiting


@pytest.mark.django_db
def test_events_that_make_no_sense_keep_no_worker_from_the_next(senseless, client, at_stripe):
    session = at_stripe.api.checkout.sessions.create(one_time())
    post_event(client, event_body(object_id=session.id, event_id="evt_next"))
    count = senseless.count()

    assert inbox.drain() == count

    assert StripeEvent.objects.get(event_id="evt_next").state == QueueState.DONE
    assert set(senseless.values_list("state", "attempts", "lease_until")) == {(QueueState.PENDING, 1, None)}
    assert not senseless.filter(error="").exists()


@pytest.mark.django_db
def test_events_that_make_no_sense_are_parked_for_a_person(senseless):
    senseless.update(attempts=StripeEvent.MAX_ATTEMPTS - 1)

    inbox.drain()

    assert set(senseless.values_list("state", flat=True)) == {QueueState.PARKED}
    alarms = Alarm.objects.filter(kind=AlarmKind.EVENT_PARKED).values_list("subject", flat=True)
    assert set(alarms) == set(senseless.values_list("event_id", flat=True))
