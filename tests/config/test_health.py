from datetime import timedelta

import pytest
from django.utils import timezone

from config import health
from payments.models import Cursor, Heartbeat
from payments.reconciling import polling

pytestmark = pytest.mark.django_db


PARTS = ["database", "cache", "broker", "beat", "stripe_feed"]


def ready(client):
    response = client.get("/readyz")
    return response.status_code, response.json()


def test_process_is_up(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok")


def test_site_is_ready_when_all_parts_are(client):
    Heartbeat.beat()
    assert ready(client) == (
        200,
        {"ready": True, "parts": dict.fromkeys(PARTS, "ok")},
    )


def test_site_is_not_ready_before_beat_ever_ticked(client):
    status, said = ready(client)
    assert (status, said["ready"], said["parts"]["beat"]) == (503, False, "never ticked")


@pytest.mark.parametrize(("age", "status", "word"), [(59, 200, "ok"), (61, 503, "last tick 61 s ago")])
def test_beat_may_be_a_minute_old(client, time_machine_now, age, status, word):
    Heartbeat.objects.create(pk=1, beat_at=timezone.now() - timedelta(seconds=age))
    found, said = ready(client)
    assert (found, said["parts"]["beat"]) == (status, word)


@pytest.mark.parametrize("part", ["database", "cache", "broker"])
def test_part_that_fails_is_named_without_its_secrets(client, monkeypatch, part):
    def fail():
        raise ConnectionError("postgres://user:password@host is away")

    Heartbeat.beat()
    monkeypatch.setitem(health._CHECKS, part, fail)
    status, said = ready(client)
    assert (status, said["ready"]) == (503, False)
    assert said["parts"][part] == "ConnectionError"
    assert [name for name, word in said["parts"].items() if word != "ok"] == [part]


@pytest.mark.parametrize(
    ("age", "status", "word"), [(29 * 60, 200, "ok"), (31 * 60, 503, "last read 1860 s ago")]
)
def test_stripe_was_read_within_half_an_hour(client, time_machine_now, age, status, word):
    Heartbeat.beat()
    read_at = timezone.now() - timedelta(seconds=age)
    Cursor.objects.create(name=polling.CURSOR, read_until=read_at, finished_at=read_at)
    found, said = ready(client)
    assert (found, said["parts"]["stripe_feed"]) == (status, word)


def test_cache_that_forgets_is_told(client, settings):
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    assert ready(client)[1]["parts"]["cache"] == "does not remember"


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_is_only_read_never_kept_and_sets_no_cookie(client, path):
    assert client.post(path).status_code == 405
    response = client.get(path)
    assert "no-store" in response["Cache-Control"]
    assert dict(response.cookies) == {}
