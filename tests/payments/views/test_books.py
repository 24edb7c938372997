from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from payments.alarms import raise_alarm
from payments.enums import AlarmKind, QueueState
from payments.models import Alarm, BookCheck, Cursor, Heartbeat, StripeEvent
from tests.factories.members import UserFactory
from tests.factories.payments import StripeEventFactory
from tests.support.queries import count_queries

pytestmark = pytest.mark.django_db

BOOKS, STAFF = "/staff/books/", "/staff/"


def sign_in(client, *permissions, is_staff=True):
    user = UserFactory(is_staff=is_staff)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client.force_login(user)
    return client


@pytest.fixture
def finance(client):
    may = ("view_alarm", "change_alarm", "view_stripeevent", "change_stripeevent")
    return sign_in(client, *may)


@pytest.fixture
def auditor(client):
    return sign_in(client, "view_alarm", "view_stripeevent")


def parked(**how):
    return StripeEventFactory(
        **{"state": QueueState.PARKED, "attempts": 8, "error": "GatewayError: away"} | how
    )


def words(client, path=BOOKS):
    return " ".join(client.get(path).content.decode().split())


# --- who may enter ---------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [STAFF, BOOKS])
def test_who_is_not_signed_in_is_asked_to(client, path):
    assert client.get(path).url == f"/accounts/login/?next={path}"


@pytest.mark.parametrize(
    ("permissions", "is_staff", "statuses"),
    [
        ((), False, (403, 403)),
        (("view_alarm", "view_stripeevent"), False, (403, 403)),
        ((), True, (200, 403)),
        (("view_alarm",), True, (200, 403)),
        (("view_alarm", "view_stripeevent"), True, (200, 200)),
    ],
)
def test_books_are_for_staff_who_may_see_them(client, permissions, is_staff, statuses):
    sign_in(client, *permissions, is_staff=is_staff)
    assert (client.get(STAFF).status_code, client.get(BOOKS).status_code) == statuses


def test_staff_page_leads_only_where_one_may_go(client):
    sign_in(client)
    assert BOOKS not in words(client, STAFF)
    sign_in(client, "view_alarm", "view_stripeevent")
    assert f'href="{BOOKS}"' in words(client, STAFF)


@pytest.mark.parametrize("path", ["/staff/books/replay/", "/staff/books/settle/"])
def test_who_may_only_look_changes_nothing(auditor, path):
    event, alarm = parked(), raise_alarm(kind=AlarmKind.BOOKS_DIFFER, subject="entry 1", message="!")
    assert auditor.post(path, {"event": event.event_id, "alarm": alarm.pk}).status_code == 403
    assert StripeEvent.objects.get().state == QueueState.PARKED
    assert Alarm.objects.open().count() == 1
    page = words(auditor)
    assert ("Replay" in page, "Mark as settled" in page) == (False, False)


@pytest.mark.parametrize("path", ["/staff/books/replay/", "/staff/books/settle/"])
def test_buttons_are_posts(finance, path):
    assert finance.get(path).status_code == 405


# --- what it shows ---------------------------------------------------------------------------------


def test_page_with_nothing_wrong_says_so(finance):
    page = words(finance)
    for said in ("Nothing.", "nothing waits", "never"):
        assert said in page
    assert "could not be processed" not in page
    assert "All well" in words(finance, STAFF)


@pytest.mark.usefixtures("time_machine_now")
def test_page_says_how_fresh_everything_is(finance):
    now = timezone.now()
    Heartbeat.objects.create(pk=1, beat_at=now - timedelta(minutes=2))
    Cursor.objects.create(name="events", read_until=now, finished_at=now - timedelta(minutes=7))
    BookCheck.objects.create(
        pk=1, checked_at=now - timedelta(minutes=9), seconds=1, findings=3, is_offline=False
    )
    for minutes in (4, 30):
        StripeEventFactory(received_at=now - timedelta(minutes=minutes))
    page = words(finance).replace("\xa0", " ")
    for said in (
        "9 minutes ago · 3 findings",
        "2 events wait, the oldest for 30 minutes",
        "7 minutes ago",
        "2 minutes ago",
    ):
        assert said in page


def test_page_shows_each_open_alarm_and_no_settled_one(finance):
    raise_alarm(kind=AlarmKind.BOOKS_DIFFER, subject="entry 1", message="off by 1 <cent>")
    settled = raise_alarm(kind=AlarmKind.BOOKS_DIFFER, subject="entry 2", message="!")
    finance.post("/staff/books/settle/", {"alarm": settled.pk})
    page = words(finance)
    assert "The books do not agree" in page
    assert "off by 1 &lt;cent&gt;" in page
    assert "entry 2" not in page
    assert "1 needs a look" in words(finance, STAFF)


def test_page_shows_each_parked_event_with_its_reason(finance):
    parked(event_id="evt_parked", type="invoice.paid")
    StripeEventFactory(event_id="evt_waiting")
    page = words(finance)
    for said in ("evt_parked", "invoice.paid", "GatewayError: away", "tried 8 times"):
        assert said in page
    assert "evt_waiting" not in page


def test_page_needs_no_more_queries_for_more_rows(finance):
    parked()
    raise_alarm(kind=AlarmKind.BOOKS_DIFFER, subject="entry 1", message="!")
    few = count_queries(finance, BOOKS)
    for number in range(5):
        parked()
        raise_alarm(kind=AlarmKind.BOOKS_DIFFER, subject=f"other {number}", message="!")
    assert count_queries(finance, BOOKS) == few


def test_page_shows_the_newest_and_counts_the_rest(finance):
    for number in range(53):
        parked(event_id=f"evt_{number}.")
        raise_alarm(kind=AlarmKind.BOOKS_DIFFER, subject=f"entry {number}.", message="!")
    page = words(finance)
    assert page.count("The newest 50 of 53.") == 2
    assert ("evt_52." in page, "evt_2." in page) == (True, False)


# --- what it does ----------------------------------------------------------------------------------


def test_replayed_event_waits_again_and_its_alarm_is_settled(finance):
    parked(event_id="evt_1")
    parked(event_id="evt_2")
    for subject in ("evt_1", "evt_2"):
        raise_alarm(kind=AlarmKind.EVENT_PARKED, subject=subject, message="!")
    response = finance.post("/staff/books/replay/", {"event": "evt_1"}, follow=True)
    assert "1 event is processed again." in response.content.decode()
    assert dict(StripeEvent.objects.values_list("event_id", "state")) == {
        "evt_1": QueueState.PENDING,
        "evt_2": QueueState.PARKED,
    }
    assert list(Alarm.objects.open().values_list("subject", flat=True)) == ["evt_2"]


def test_all_parked_events_can_be_replayed_at_once(finance):
    for _ in range(3):
        parked()
    StripeEventFactory(state=QueueState.DONE, processed_at=timezone.now())
    assert "Process all 3 again" in words(finance)
    finance.post("/staff/books/replay/")
    assert sorted(StripeEvent.objects.values_list("state", flat=True)) == [
        QueueState.DONE,
        *[QueueState.PENDING] * 3,
    ]


def test_event_that_is_not_parked_is_not_replayed(finance):
    StripeEventFactory(event_id="evt_1", state=QueueState.DONE, processed_at=timezone.now())
    finance.post("/staff/books/replay/", {"event": "evt_1"})
    assert StripeEvent.objects.get().state == QueueState.DONE


@pytest.mark.parametrize("pk", ["", "x", "0", "-1", "9" * 30, "\N{SUPERSCRIPT TWO}"])
def test_alarm_that_is_none_is_no_error(finance, pk):
    raise_alarm(kind=AlarmKind.BOOKS_DIFFER, subject="entry 1", message="!")
    assert finance.post("/staff/books/settle/", {"alarm": pk}).status_code == 302
    assert Alarm.objects.open().count() == 1
