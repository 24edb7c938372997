"""What goes wrong on the way of a webhook when it is asked to, told apart by the SDK and by Stripe's own list."""

import json
import threading
import time
import urllib.error
from collections import Counter
from itertools import pairwise

import pytest
import stripe

from sandbox import webhooks
from sandbox.courier import QUIET, due_parcels
from sandbox.faults.webhooks import WebhookFaults
from sandbox.store import Store
from sandbox.work import World
from tests.sandbox.receiver import Receiver
from tests.support.sandbox_process import WEBHOOK_SECRET, eventually, running_sandbox

EVENTS = 40


@pytest.fixture(scope="module")
def pair():
    """One sandbox that posts to one receiver, for all tests here."""
    with Receiver() as receiver:
        hook = ("--webhook-url", receiver.url, "--webhook-secret", WEBHOOK_SECRET)
        with running_sandbox(*hook) as sandbox:
            yield sandbox, receiver


@pytest.fixture
def hooked(pair):
    sandbox, receiver = pair
    sandbox.reset()
    receiver.forget()
    return sandbox


@pytest.fixture
def receiver(pair):
    return pair[1]


def suffer(sandbox, receiver, number=EVENTS, **faults):
    """Make so many customers under these faults; give the names as they arrived, once nothing is left to deliver."""
    sandbox.switch("webhooks", {"paused": True})
    sandbox.switch("faults", {"webhooks": faults})
    client = sandbox.client().v1
    for place in range(number):
        client.customers.create({"name": str(place)})
    sandbox.switch("webhooks", {"paused": False})
    eventually(lambda: sandbox.switch("deliveries")["pending"] == 0)
    return [name_in(body) for body, _ in receiver.received]


def name_in(body):
    try:
        return int(json.loads(body)["data"]["object"]["name"])
    except ValueError:
        return None


def listed(sandbox):
    events = sandbox.client().v1.events.list({"limit": 100}).data
    return [int(event.data.object.name) for event in events][::-1]


def is_genuine(body, header):
    try:
        return bool(stripe.WebhookSignature.verify_header(body.decode(), header, WEBHOOK_SECRET, 300))
    except (stripe.SignatureVerificationError, UnicodeDecodeError):
        return False


def struck(sandbox):
    return sandbox.switch("faults")["webhooks"]["struck"]


def test_some_events_come_twice(hooked, receiver):
    names = suffer(hooked, receiver, duplicate=0.25)

    times = Counter(names)
    twice = [name for name in times if times[name] == 2]
    assert sorted(times) == list(range(EVENTS))
    assert set(times.values()) == {1, 2}
    assert struck(hooked) == {"duplicate": len(twice)}
    told = hooked.switch("deliveries")["deliveries"]
    assert sum(one["faults"] == ["duplicate"] for one in told) == len(twice)


def test_some_events_never_come_and_are_listed(hooked, receiver):
    names = suffer(hooked, receiver, drop=0.25)

    lost = set(range(EVENTS)) - set(names)
    assert 0 < len(lost) < EVENTS / 2
    assert names == [place for place in range(EVENTS) if place not in lost]
    assert listed(hooked) == list(range(EVENTS))
    assert struck(hooked) == {"drop": len(lost)}


def test_some_events_never_come_to_be(hooked, receiver):
    names = suffer(hooked, receiver, never_generated=0.25)

    assert EVENTS / 2 < len(names) < EVENTS
    assert listed(hooked) == names
    assert struck(hooked) == {"never_generated": EVENTS - len(names)}
    assert len(hooked.client().v1.customers.list({"limit": 100}).data) == EVENTS


@pytest.mark.parametrize(("window", "least_inversions"), [(10, EVENTS / 8), (1000, EVENTS / 3)])
def test_shuffled_events_come_in_another_order_within_their_window(
    hooked, receiver, window, least_inversions
):
    names = suffer(hooked, receiver, shuffle=window, parallel=1)

    assert inversions(names) > least_inversions
    assert sorted(names) == list(range(EVENTS))
    assert max(abs(arrived - place) for place, arrived in enumerate(names)) <= window


def inversions(names):
    return sum(earlier > later for earlier, later in pairwise(names))


def test_late_delivery_leaves_when_none_can_overtake_it_any_more(time_machine_now):
    world = World(Store(":memory:"), "http://127.0.0.1", "Newsroom", ("http://127.0.0.1:9/", WEBHOOK_SECRET))
    world.faults.webhooks = WebhookFaults({"shuffle": 50})
    with world.transaction() as work:
        webhooks.configure(work)
    leaving, places = [], {}
    for place in range(60):
        with world.transaction() as work:
            work.emit("customer.created", work.new("customer", name=str(place)))
        with world.store.transaction():
            due = due_parcels(world.store, busy=set())
            places = {row["seq"]: row["seq"] + row["lateness"] for row in world.store.run(LATENESS)}
        leaving.append({parcel.seq for parcel in due})
        assert leaving[-1] == {seq for seq, turn in places.items() if turn <= place + 1}
    assert 0 < len(leaving[-1]) < 40

    time_machine_now.shift(QUIET * 2)

    with world.store.transaction():
        order = [parcel.seq for parcel in due_parcels(world.store, busy=set())]
    assert order == sorted(places, key=places.get)


LATENESS = "SELECT seq, lateness FROM deliveries"


def test_several_deliveries_are_under_way_at_once(hooked, receiver):
    together = threading.Barrier(3)
    receiver.before_answering = lambda: together.wait(timeout=5)

    suffer(hooked, receiver, number=9, parallel=3)

    assert not together.broken
    assert len(receiver.received) == 9


def test_delayed_events_come_later(hooked, receiver):
    started = time.monotonic()
    names = suffer(hooked, receiver, number=6, delay=[0.3, 1.2])

    assert time.monotonic() - started > 0.6
    assert sorted(names) == list(range(6))
    assert names != list(range(6))


def test_damaged_delivery_is_no_event_and_is_repeated_whole(hooked, receiver):
    receiver.answer = lambda body, header: 200 if is_genuine(body, header) else 400
    names = suffer(hooked, receiver, number=6, corrupt=0.5)

    whole = [
        name
        for (body, header), name in zip(receiver.received, names, strict=True)
        if is_genuine(body, header)
    ]
    told = hooked.switch("deliveries")["deliveries"]
    assert sorted(whole) == list(range(6))
    assert struck(hooked) == {"corrupt": len(names) - 6}
    assert [one["status"] for one in told if one["faults"] == ["corrupt"]] == [400] * (len(names) - 6)


def test_damage_is_a_flipped_byte_a_cut_or_nothing_at_all(hooked, receiver):
    receiver.answer = lambda body, header: 200 if is_genuine(body, header) else 400
    suffer(hooked, receiver, number=12, corrupt=1)

    whole = [body for body, header in receiver.received if is_genuine(body, header)]
    damaged = [body for body, header in receiver.received if not is_genuine(body, header)]
    flipped = [body for body in damaged if len(body) in {len(one) for one in whole}]
    cut = [body for body in damaged if any(body and one.startswith(body) for one in whole)]
    assert len(whole) == len(damaged) == 12
    assert {len(flipped) > 0, len(cut) > 0, b"" in damaged} == {True}
    assert len(flipped) + len(cut) + damaged.count(b"") == 12


def test_unknown_keys_are_at_every_level_and_signed(hooked, receiver):
    client = hooked.client().v1
    hooked.switch("faults", {"webhooks": {"unknown_keys": 1}})
    client.customers.create({"name": "Ada", "address": {"city": "Bonn"}, "metadata": {"user": "7"}})
    eventually(lambda: receiver.received)

    body, header = receiver.received[0]
    event = hooked.client().construct_event(body, header, WEBHOOK_SECRET).to_dict()
    customer = event["data"]["object"]
    levels = [
        event,
        event["data"],
        event["request"],
        customer,
        customer["address"],
        customer["invoice_settings"],
    ]
    assert [sum(key.startswith("unheard_of_") for key in level) for level in levels] == [1] * 6
    assert (customer["name"], customer["address"]["city"], customer["metadata"]) == (
        "Ada",
        "Bonn",
        {"user": "7"},
    )
    stored = client.events.list().data[0].to_dict()
    assert not any(key.startswith("unheard_of_") for key in stored)


def test_one_event_arrives_over_two_connections_at_the_same_moment(hooked, receiver):
    together = threading.Barrier(2)
    receiver.before_answering = lambda: together.wait(timeout=5)

    names = suffer(hooked, receiver, number=3, twice_at_once=1)

    assert names == [0, 0, 1, 1, 2, 2]
    assert hooked.client().v1.events.list().data[0].pending_webhooks == 0


def test_same_seed_makes_the_same_faults(hooked, receiver):
    faults = {"duplicate": 0.2, "drop": 0.2, "shuffle": 8, "never_generated": 0.1, "parallel": 1}
    orders = []
    for seed in (7, 7, 8):
        receiver.received.clear()
        hooked.reset()
        orders.append(suffer(hooked, receiver, seed=seed, **faults))
    assert orders[0] == orders[1]
    assert orders[0] != orders[2]


def test_cleared_faults_strike_no_more(hooked, receiver):
    client = hooked.client().v1
    hooked.switch("faults", {"webhooks": {"drop": 1}})
    client.customers.create({"name": "1"})
    assert struck(hooked) == {"drop": 1}
    assert hooked.switch("faults", {}) == {"webhooks": {"struck": {}}, "api": []}
    client.customers.create({"name": "2"})
    eventually(lambda: receiver.received)
    assert [name_in(body) for body, _ in receiver.received] == [2]


def test_reset_clears_faults(hooked, receiver):
    hooked.switch("faults", {"webhooks": {"drop": 1}})
    hooked.reset()
    hooked.client().v1.customers.create({"name": "1"})
    eventually(lambda: receiver.received)


@pytest.mark.parametrize(
    "faults",
    [
        {"webhooks": {"dorp": 0.1}},
        {"webhooks": {"drop": 1.5}},
        {"webhooks": {"drop": -1}},
        {"webhooks": {"drop": "often"}},
        {"webhooks": {"delay": [2, 1]}},
        {"webhooks": {"delay": 1}},
        {"webhooks": {"shuffle": -1}},
        {"webhooks": {"parallel": 0}},
        {"webhook": {}},
        {"api": [{"path": "/v1/*", "fault": "fire"}]},
        {"api": [{"path": "/v1/*"}]},
        {"api": [{"fault": "slow"}]},
        {"api": [{"path": "/v1/*", "fault": "slow", "seconds": -1}]},
        {"api": [{"path": "/v1/*", "fault": "slow", "share": 2}]},
        {"api": 3},
    ],
)
def test_faults_that_make_no_sense_are_refused_and_change_nothing(hooked, faults):
    before = hooked.switch("faults", {"api": [{"path": "/v1/none", "fault": "slow"}]})
    with pytest.raises(urllib.error.HTTPError) as refusal:
        hooked.switch("faults", faults)
    assert refusal.value.code == 400
    assert hooked.switch("faults") == before
