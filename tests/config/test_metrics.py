from datetime import timedelta

import pytest
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from members.enums import MailKind
from members.models import MailBounce, OutgoingMail
from payments.alarms import clear_alarm, raise_alarm
from payments.enums import AlarmKind, QueueState
from payments.models import BookCheck, Cursor, Heartbeat
from tests.factories.payments import StripeEventFactory

pytestmark = pytest.mark.django_db


def scraped(client):
    """Each sample by its name, with its labels."""
    text = client.get("/metrics").content.decode()
    return {
        (sample.name.removeprefix("groundswell_"), *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.mark.usefixtures("time_machine_now")
def test_queues_tell_what_waits_and_for_how_long(client):
    now = timezone.now()
    for seconds in (10, 70):
        StripeEventFactory(received_at=now - timedelta(seconds=seconds))
    StripeEventFactory(state=QueueState.PARKED, received_at=now - timedelta(days=1))
    StripeEventFactory(state=QueueState.DONE, processed_at=now, received_at=now - timedelta(days=1))
    OutgoingMail.objects.create(
        kind=MailKind.WELCOME, reference="1", recipient="a@example.org", created_at=now - timedelta(seconds=5)
    )
    found = scraped(client)
    queues = {name[0]: value for name, value in found.items() if name[0].startswith(("inbox", "outbox"))}
    assert queues == {
        "inbox_waiting": 2,
        "inbox_parked": 1,
        "inbox_oldest_age_seconds": 70,
        "outbox_waiting": 1,
        "outbox_parked": 0,
        "outbox_oldest_age_seconds": 5,
    }


def test_empty_queue_has_no_age(client):
    assert scraped(client)["inbox_oldest_age_seconds",] == 0


def test_open_alarms_are_counted_by_kind(client):
    for subject in ("evt_1", "evt_2", "evt_3"):
        raise_alarm(kind=AlarmKind.EVENT_PARKED, subject=subject, message="!")
    clear_alarm(kind=AlarmKind.EVENT_PARKED, subject="evt_1")
    found = scraped(client)
    alarms = {name[1]: value for name, value in found.items() if name[0] == "open_alarms"}
    assert alarms == dict.fromkeys(AlarmKind.values, 0) | {"event_parked": 2}


@pytest.mark.usefixtures("time_machine_now")
def test_how_fresh_everything_is(client):
    now = timezone.now()
    Heartbeat.objects.create(pk=1, beat_at=now - timedelta(seconds=7))
    for name, age in (("events", 300), ("objects", 7200)):
        Cursor.objects.create(name=name, read_until=now, finished_at=now - timedelta(seconds=age))
    BookCheck.objects.create(
        pk=1, checked_at=now - timedelta(seconds=60), seconds=1.5, findings=3, is_offline=False
    )
    found = scraped(client)
    assert {
        name[0]: value for name, value in found.items() if name[0].startswith(("be", "stripe", "book"))
    } == {
        "beat_age_seconds": 7,
        "stripe_events_age_seconds": 300,
        "stripe_objects_age_seconds": 7200,
        "book_check_age_seconds": 60,
        "book_findings": 3,
        "book_check_seconds": 1.5,
    }


def test_what_never_happened_has_no_age(client):
    assert [name for name in scraped(client) if name[0].startswith(("be", "stripe", "book"))] == []


def test_nothing_of_a_reader_or_a_payment_is_told(client):
    StripeEventFactory(event_id="evt_secret", error="canary", state=QueueState.PARKED)
    raise_alarm(kind=AlarmKind.EVENT_PARKED, subject="evt_secret", message="canary")
    text = client.get("/metrics").content.decode()
    assert ("evt_secret" in text, "canary" in text) == (False, False)


# --- who may read ----------------------------------------------------------------------------------


@pytest.fixture
def production(settings):
    settings.DEMO = settings.DEBUG = False
    return settings


@pytest.mark.parametrize(
    ("shown", "status"),
    [
        ({}, 401),
        ({"Authorization": "Bearer wrong"}, 401),
        ({"Authorization": "s3cret"}, 401),
        ({"Authorization": "Bearer "}, 401),
        ({"Authorization": "Bearer s3cret"}, 200),
    ],
)
@pytest.mark.parametrize("is_demo", [True, False])
def test_token_is_asked_of_everybody(client, settings, shown, status, is_demo):
    settings.METRICS_TOKEN, settings.DEMO = "s3cret", is_demo
    assert client.get("/metrics", headers=shown).status_code == status


@pytest.mark.usefixtures("production")
@pytest.mark.parametrize(
    ("address", "status"),
    [("127.0.0.1", 200), ("::1", 200), ("10.0.0.5", 403), ("203.0.113.9", 403), ("", 403), ("unix:", 403)],
)
def test_without_a_token_only_this_machine_reads(client, address, status):
    assert client.get("/metrics", REMOTE_ADDR=address).status_code == status


@pytest.mark.parametrize(
    "header", [{"X-Forwarded-For": "203.0.113.9"}, {"Forwarded": "for=203.0.113.9"}, {"Via": "1.1 proxy"}]
)
@pytest.mark.usefixtures("production")
def test_what_a_proxy_of_this_machine_hands_on_is_not_from_this_machine(client, header):
    assert client.get("/metrics", headers=header).status_code == 403


@pytest.mark.parametrize(("name", "value"), [("ALLAUTH_TRUSTED_PROXY_COUNT", 1), ("BEHIND_TLS_PROXY", True)])
def test_where_a_proxy_is_set_up_nobody_is_from_this_machine(client, production, name, value):
    setattr(production, name, value)
    assert client.get("/metrics").status_code == 403


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_probes_are_answered_over_plain_http(client, settings, path):
    settings.SECURE_SSL_REDIRECT = True
    Heartbeat.beat()
    assert client.get(path).status_code == 200
    assert client.get("/").status_code == 301


def test_scraping_is_a_handful_of_queries_whatever_there_is(client, django_assert_max_num_queries):
    StripeEventFactory.create_batch(20)
    with django_assert_max_num_queries(15):
        client.get("/metrics")


def test_addresses_that_mail_does_not_reach_are_counted(client):
    for number, (kind, address) in enumerate(
        [("hard", "a"), ("complaint", "a"), ("complaint", "b"), ("soft", "c")]
    ):
        MailBounce.objects.create(address=f"{address}@example.org", kind=kind, event_id=str(number))
    assert scraped(client)["mail_addresses_left_alone",] == 2
