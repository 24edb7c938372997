"""A sandbox that is moved forward in time, and what falls due on the way."""

import json
import time
import urllib.error

import pytest
import stripe

from tests.sandbox.builders import one_time
from tests.support.sandbox_process import WEBHOOK_SECRET, eventually, running_sandbox

HOUR = 60 * 60
DAY = 24 * HOUR


@pytest.fixture
def hooked(receiver):
    with running_sandbox("--webhook-url", receiver.url, "--webhook-secret", WEBHOOK_SECRET) as sandbox:
        yield sandbox


def closing(client, seconds):
    """A checkout that closes after so many seconds."""
    return client.checkout.sessions.create(one_time(expires_at=int(time.time()) + seconds))


def told(client, kind):
    return [(event.data.object.id, event.created) for event in client.events.list({"type": kind}).data][::-1]


def test_clock_that_was_not_touched_tells_real_time(own_sandbox):
    clock = own_sandbox.switch("clock")
    assert (clock["offset"], clock["signatures"]) == (0, False)
    assert abs(clock["now"] - time.time()) < 2


def test_moved_clock_dates_what_happens_from_then_on(own_sandbox):
    client = own_sandbox.client().v1

    moved = own_sandbox.switch("clock", {"advance": 40 * DAY})

    customer = client.customers.create({})
    [event] = client.events.list().data
    assert moved["offset"] == 40 * DAY
    assert (moved["done"], own_sandbox.switch("clock")["offset"]) == (0, 40 * DAY)
    for created in (customer.created, event.created):
        assert 0 <= created - moved["now"] < 5


def test_clock_moved_to_an_instant_is_there(own_sandbox):
    to = int(time.time()) + 400 * DAY
    assert 0 <= own_sandbox.switch("clock", {"to": to})["now"] - to < 5


def test_checkouts_close_in_order_and_each_at_its_own_time(hooked, receiver):
    client = hooked.client().v1
    later, sooner, not_yet = (closing(client, hours * HOUR) for hours in (3, 2, 23))

    moved = hooked.switch("clock", {"advance": 4 * HOUR})

    expected = [(each.id, each.expires_at) for each in (sooner, later)]
    assert (moved["done"], told(client, "checkout.session.expired")) == (2, expected)
    eventually(lambda: hooked.switch("deliveries")["pending"] == 0)
    events = [json.loads(body) for body, _ in receiver.received]
    heard = [event["data"]["object"]["id"] for event in events if event["type"] == "checkout.session.expired"]
    assert heard == [sooner.id, later.id]
    assert client.checkout.sessions.retrieve(not_yet.id).status == "open"


def test_more_than_one_batch_of_things_is_done_in_order(own_sandbox):
    client = own_sandbox.client().v1
    sessions = [closing(client, 2 * HOUR + seconds) for seconds in range(0, 120, 2)]

    moved = own_sandbox.switch("clock", {"advance": DAY})

    events = client.events.list({"type": "checkout.session.expired", "limit": 100}).data
    assert (moved["done"], len(events)) == (60, 60)
    assert [event.data.object.id for event in events][::-1] == [session.id for session in sessions]


def test_incomplete_subscription_expires_after_23_hours_to_the_second(own_sandbox):
    client = own_sandbox.client().v1
    customer = client.customers.create({"payment_method": "pm_card_chargeCustomerFail"})
    price = client.prices.create(
        {
            "currency": "eur",
            "unit_amount": 500,
            "recurring": {"interval": "month"},
            "product_data": {"name": "Supporter"},
        }
    )
    subscription = client.subscriptions.create({"customer": customer.id, "items": [{"price": price.id}]})

    own_sandbox.switch("clock", {"advance": 2 * DAY})

    ended = client.subscriptions.retrieve(subscription.id, {"expand": ["latest_invoice"]})
    assert (ended.status, ended.ended_at) == ("incomplete_expired", subscription.created + 23 * HOUR)
    assert ended.latest_invoice.status == "void"


def test_moved_clock_is_remembered_over_a_restart_and_forgotten_by_a_reset(tmp_path):
    state = ("--state", str(tmp_path / "state.sqlite3"))
    with running_sandbox(*state) as sandbox:
        sandbox.switch("clock", {"advance": 31 * DAY, "signatures": True})
    with running_sandbox(*state) as sandbox:
        clock = sandbox.switch("clock")
        assert (clock["offset"], clock["signatures"]) == (31 * DAY, True)
        sandbox.reset()
        clock = sandbox.switch("clock")
        assert (clock["offset"], clock["signatures"]) == (0, False)


@pytest.mark.parametrize(
    "body", [{"to": 1_700_000_000}, {"advance": -1}, {"advance": 1.5}, {"advance": "1"}, {"advance": True}]
)
def test_clock_refuses_to_run_backwards_and_takes_whole_seconds(own_sandbox, body):
    with pytest.raises(urllib.error.HTTPError) as refusal:
        own_sandbox.switch("clock", body)
    assert refusal.value.code == 400
    assert own_sandbox.switch("clock")["offset"] == 0


def test_silent_move_is_listed_but_told_to_nobody(hooked):
    client = hooked.client().v1
    hooked.switch("webhooks", {"paused": True})
    session = closing(client, HOUR)
    before = hooked.switch("deliveries")["pending"]

    hooked.switch("clock", {"advance": 2 * HOUR, "silent": True})

    assert told(client, "checkout.session.expired") == [(session.id, session.expires_at)]
    assert hooked.switch("deliveries")["pending"] == before


@pytest.mark.parametrize(("follows", "ahead"), [(False, 0), (True, 60 * DAY)])
def test_webhooks_are_signed_by_real_time_unless_told_to_follow(hooked, receiver, follows, ahead):
    hooked.switch("clock", {"advance": 60 * DAY, "signatures": follows})
    hooked.client().v1.customers.create({})

    eventually(lambda: receiver.received)

    body, header = receiver.received[0]
    signed_at = int(header.split(",")[0].removeprefix("t="))
    assert abs(signed_at - ahead - time.time()) < 10
    assert stripe.WebhookSignature.verify_header(body.decode(), header, WEBHOOK_SECRET)


def test_events_are_listed_and_shown_for_thirty_days(own_sandbox):
    client = own_sandbox.client().v1
    client.customers.create({})
    [old] = client.events.list().data

    own_sandbox.switch("clock", {"advance": 30 * DAY - 60})
    assert [event.id for event in client.events.list().data] == [old.id]
    own_sandbox.switch("clock", {"advance": 120})
    client.products.create({"name": "Supporter"})

    assert [event.type for event in client.events.list().data] == ["product.created"]
    since_then = {"created": {"gte": old.created}}
    assert [event.type for event in client.events.list(since_then).data] == ["product.created"]
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.events.retrieve(old.id)
    assert refusal.value.code == "resource_missing"


def test_events_can_be_asked_for_by_time_type_and_place(own_sandbox):
    client = own_sandbox.client().v1
    for _ in range(3):
        client.customers.create({})
        client.products.create({"name": "Supporter"})
        own_sandbox.switch("clock", {"advance": DAY})
    events = client.events.list().data[::-1]

    def asked(**wanted):
        return [event.id for event in client.events.list(wanted).data][::-1]

    ids = [event.id for event in events]
    created = [event.created for event in events]
    assert asked(created={"gt": created[1]}) == ids[2:]
    assert asked(created={"gte": created[2], "lt": created[4]}) == ids[2:4]
    assert asked(created={"lte": created[1]}) == ids[:2]
    assert asked(type="customer.created") == ids[::2]
    assert asked(types=["product.created", "price.created"]) == ids[1::2]
    assert asked(ending_before=ids[3]) == ids[4:]
    assert asked(starting_after=ids[3], types=["customer.created"]) == [ids[0], ids[2]]


def test_events_can_be_asked_for_by_whether_every_endpoint_took_them(hooked, receiver):
    client = hooked.client().v1
    customer = client.customers.create({})
    eventually(lambda: hooked.switch("deliveries")["pending"] == 0)
    receiver.statuses = [500]
    hooked.switch("webhooks", {"paused": True})
    client.customers.update(customer.id, {"name": "Ada"})

    def asked(is_delivered):
        return [event.type for event in client.events.list({"delivery_success": is_delivered}).data]

    assert (asked(True), asked(False)) == (["customer.created"], ["customer.updated"])
    hooked.switch("webhooks", {"paused": False})
    eventually(lambda: hooked.switch("deliveries")["pending"] == 0)
    assert (asked(True), asked(False)) == (["customer.updated", "customer.created"], [])
