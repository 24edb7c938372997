"""Past checkouts made in one call."""

import json
import os
import time
import urllib.error
from pathlib import Path

import pytest

from tests.sandbox.builders import one_time, subscribing
from tests.support.sandbox_process import eventually

DAY = 24 * 60 * 60


def test_history_happens_at_its_own_time_and_tells_nobody(own_sandbox):
    client = own_sandbox.client().v1
    client.webhook_endpoints.create({"url": "http://127.0.0.1:9/", "enabled_events": ["*"]})
    at = int(time.time()) - 20 * DAY
    past = [
        {"at": at, "session": subscribing(metadata={"n": "1"})},
        {
            "at": at + DAY,
            "card": "5555555555554444",
            "session": one_time(4000, customer_email="g@example.org"),
        },
    ]

    first, second = own_sandbox.switch("history", {"checkouts": past})["sessions"]

    joined = client.checkout.sessions.retrieve(first, {"expand": ["subscription", "invoice"]})
    given = client.checkout.sessions.retrieve(second, {"expand": ["payment_intent.latest_charge"]})
    item = joined.subscription["items"].data[0]
    assert (joined.created, joined.subscription.created, joined.invoice.created) == (at, at, at)
    assert item.current_period_start == at
    assert 28 * DAY <= item.current_period_end - at <= 31 * DAY
    assert (joined.metadata.n, joined.status) == ("1", "complete")
    charge = given.payment_intent.latest_charge
    assert (charge.created, charge.payment_method_details.card.brand) == (at + DAY, "mastercard")
    assert given.customer_details.email == "g@example.org"
    assert {event.created for event in client.events.list({"limit": 100}).data} == {at, at + DAY}
    assert own_sandbox.switch("deliveries") == {"deliveries": [], "pending": 0}


def test_history_that_is_not_silent_tells_its_events(own_sandbox, receiver):
    client = own_sandbox.client().v1
    client.webhook_endpoints.create({"url": receiver.url, "enabled_events": ["checkout.session.completed"]})
    past = [{"at": 1_767_225_600, "session": one_time()}]

    [session] = own_sandbox.switch("history", {"checkouts": past, "silent": False})["sessions"]

    eventually(lambda: receiver.received)
    assert [json.loads(body)["data"]["object"]["id"] for body, _ in receiver.received] == [session]


def test_history_with_a_declined_card_leaves_nothing(own_sandbox):
    past = [{"at": 1_767_225_600, "session": one_time()}, {"at": 1_767_225_600, "card": "4000000000000002"}]
    past[1]["session"] = one_time()
    with pytest.raises(urllib.error.HTTPError) as refusal:
        own_sandbox.switch("history", {"checkouts": past})
    assert refusal.value.code == 402
    assert own_sandbox.client().v1.checkout.sessions.list().data == []


def test_history_of_a_campaign_is_quick(own_sandbox):
    now = int(time.time())
    past = [{"at": now - DAY * 30 + number * 3600, "session": subscribing()} for number in range(612)]
    before = processor_seconds(own_sandbox)
    sessions = own_sandbox.switch("history", {"checkouts": past})["sessions"]
    assert len(set(sessions)) == 612
    assert processor_seconds(own_sandbox) - before < 3


def processor_seconds(sandbox):
    """What the sandbox has used of a processor: other tests on the machine must not count."""
    fields = Path(f"/proc/{sandbox.process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
