import pytest
from django.conf import settings

from config.celery import app
from members.outbox import mailing
from payments import inbox

RUNG = {inbox.DRAIN, mailing.DRAIN, "payments.tasks.tell_alarms", "payments.tasks.reconcile_checkout"}


@pytest.fixture(scope="module")
def tasks():
    app.loader.import_default_modules()
    return set(app.tasks)


def test_everything_on_the_schedule_is_a_task(tasks):
    assert {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} <= tasks


def test_everything_that_is_rung_for_is_a_task(tasks):
    assert tasks >= RUNG


def test_sweepers_and_the_heartbeat_are_on_the_schedule():
    schedule = {entry["task"]: entry["schedule"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert schedule["payments.tasks.tick"] <= 20
    assert schedule["payments.tasks.drain_inbox"] <= 30
    assert schedule["members.tasks.drain_outbox"] <= 30
    assert schedule["payments.tasks.tell_alarms"] <= 60


def test_killed_worker_gives_its_task_back():
    assert (app.conf.task_acks_late, app.conf.worker_prefetch_multiplier) == (True, 1)
