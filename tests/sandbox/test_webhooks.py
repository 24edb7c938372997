"""Signed webhooks, received by a real server and checked by the SDK."""

import json
import socket

import pytest
import stripe

from tests.sandbox.browser import pay
from tests.sandbox.builders import subscribing
from tests.support.sandbox_process import WEBHOOK_SECRET, eventually, running_sandbox


@pytest.fixture
def hooked(receiver):
    """A sandbox that posts to the receiver from the start."""
    with running_sandbox("--webhook-url", receiver.url, "--webhook-secret", WEBHOOK_SECRET) as sandbox:
        yield sandbox


def types(receiver):
    return [json.loads(body)["type"] for body, _ in receiver.received]


def is_idle(sandbox):
    return sandbox.switch("deliveries")["pending"] == 0


def test_configured_endpoint_gets_every_event_signed(hooked, receiver):
    hooked.client().v1.customers.create({"email": "ada@example.org"}, {"idempotency_key": "key-1"})

    eventually(lambda: receiver.received)

    body, header = receiver.received[0]
    assert stripe.WebhookSignature.verify_header(body.decode(), header, WEBHOOK_SECRET, 300)
    event = hooked.client().construct_event(body, header, WEBHOOK_SECRET)
    assert (event.type, event.data.object.email) == ("customer.created", "ada@example.org")
    assert (event.livemode, event.pending_webhooks, event.request.idempotency_key) == (False, 1, "key-1")
    assert event.id == hooked.client().v1.events.list().data[0].id


def test_events_of_a_subscription_arrive_in_their_order(hooked, receiver):
    client = hooked.client().v1
    pay(client.checkout.sessions.create(subscribing()).url)

    eventually(lambda: "checkout.session.completed" in types(receiver))

    told = [event.type for event in client.events.list({"limit": 100}).data][::-1]
    assert types(receiver) == told


@pytest.mark.parametrize("status", [500, 302, 404])
def test_refused_delivery_is_repeated_until_taken(hooked, receiver, status):
    receiver.statuses = [status]
    hooked.client().v1.customers.create({})

    eventually(lambda: len(receiver.received) == 2)
    eventually(lambda: is_idle(hooked))

    assert receiver.received[0][0] == receiver.received[1][0]
    attempts = hooked.switch("deliveries")["deliveries"]
    assert [(one["attempt"], one["status"]) for one in attempts] == [(1, status), (2, 200)]
    assert hooked.client().v1.events.list().data[0].pending_webhooks == 0


def test_endpoint_that_is_not_there_does_not_hold_up_another(hooked, receiver):
    client = hooked.client().v1
    client.webhook_endpoints.create({"url": "http://127.0.0.1:9/", "enabled_events": ["*"]})
    client.customers.create({})
    eventually(lambda: receiver.received)
    assert client.events.list().data[0].pending_webhooks == 1


def test_endpoint_that_speaks_no_http_is_as_good_as_silent(hooked, receiver):
    client = hooked.client().v1
    with socket.create_server(("127.0.0.1", 0)) as listening:
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/"
        client.webhook_endpoints.create({"url": url, "enabled_events": ["product.created"]})
        client.products.create({"name": "Supporter"})
        connection, _ = listening.accept()
        with connection:
            connection.recv(65536)
            connection.sendall(b"no HTTP at all\r\n\r\n")

        # Whoever comes again waits in the queue of `listening`: only the first attempt can be told of so soon.
        told = eventually(lambda: attempts_at(hooked, url), seconds=4)
    assert [(one["attempt"], one["status"]) for one in told] == [(1, 0)]


def attempts_at(sandbox, url):
    return [one for one in sandbox.switch("deliveries")["deliveries"] if one["url"] == url]


def test_endpoint_made_by_api_hears_only_what_it_asked_for(hooked, receiver, client):
    client = hooked.client().v1
    wanted = {
        "url": f"{receiver.url}?own",
        "enabled_events": ["product.created"],
        "api_version": stripe.api_version,
    }
    endpoint = client.webhook_endpoints.create(wanted)

    client.customers.create({})
    client.products.create({"name": "Supporter"})
    eventually(lambda: len(receiver.received) == 3 and is_idle(hooked))

    heard = [one["type"] for one in hooked.switch("deliveries")["deliveries"] if one["url"].endswith("?own")]
    assert heard == ["product.created"]
    assert sorted(receiver.paths) == ["/hook", "/hook", "/hook?own"]
    assert endpoint.secret.startswith("whsec_")
    assert not hasattr(client.webhook_endpoints.retrieve(endpoint.id), "secret")


def test_paused_webhooks_wait_and_come_in_order_when_released(hooked, receiver):
    client = hooked.client().v1
    hooked.switch("webhooks", {"paused": True})
    for name in ("Ada", "Grace", "Edith"):
        client.customers.create({"name": name})
    assert (receiver.received, hooked.switch("webhooks")) == ([], {"paused": True, "pending": 3})

    hooked.switch("webhooks", {"paused": False})
    eventually(lambda: len(receiver.received) == 3)

    names = [json.loads(body)["data"]["object"]["name"] for body, _ in receiver.received]
    assert names == ["Ada", "Grace", "Edith"]


def test_reset_forgets_deliveries_and_keeps_the_configured_endpoint(hooked, receiver):
    client = hooked.client().v1
    hooked.switch("webhooks", {"paused": True})
    client.customers.create({"name": "Ada"})

    hooked.reset()
    client.customers.create({"name": "Grace"})

    eventually(lambda: len(receiver.received) == 1 and is_idle(hooked))
    assert json.loads(receiver.received[0][0])["data"]["object"]["name"] == "Grace"


def test_endpoint_of_an_earlier_run_hears_nothing(receiver, tmp_path):
    state = ("--state", str(tmp_path / "state.sqlite3"))
    with running_sandbox("--webhook-url", receiver.url, "--webhook-secret", WEBHOOK_SECRET, *state):
        pass
    with running_sandbox(*state) as sandbox:
        sandbox.client().v1.customers.create({})
        assert sandbox.switch("deliveries") == {"deliveries": [], "pending": 0}


def test_refused_delivery_when_restarted_is_still_made(receiver, tmp_path):
    hook = ("--webhook-url", receiver.url, "--webhook-secret", WEBHOOK_SECRET)
    state = ("--state", str(tmp_path / "state.sqlite3"))
    with running_sandbox(*hook, *state) as sandbox:
        sandbox.switch("webhooks", {"paused": True})
        sandbox.client().v1.customers.create({"name": "Ada"})

    with running_sandbox(*hook, *state) as sandbox:
        sandbox.switch("webhooks", {"paused": False})
        eventually(lambda: types(receiver) == ["customer.created"])
