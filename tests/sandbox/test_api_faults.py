"""What goes wrong between the SDK and the API when it is asked to."""

import http.client
import time
from uuid import uuid4

import pytest
import stripe

from tests.support.sandbox_process import running_sandbox

CUSTOMERS = "/v1/customers"


@pytest.fixture(scope="module")
def shared():
    with running_sandbox() as process:
        yield process


@pytest.fixture
def faulty(shared):
    """A function that sets one fault, in a sandbox that is empty at first."""
    shared.reset()
    return lambda **rule: shared.switch("faults", {"api": [rule]})


@pytest.fixture
def client(shared):
    """A client that tries once and waits two seconds."""
    patient = stripe.RequestsClient(timeout=2)
    return shared.client(max_network_retries=0, http_client=patient).v1


@pytest.fixture
def persistent(shared, monkeypatch):
    monkeypatch.setattr(stripe.HTTPClient, "INITIAL_DELAY", 0.01)
    return shared.client(max_network_retries=2, http_client=stripe.RequestsClient(timeout=2)).v1


def names(client):
    return [customer.name for customer in client.customers.list().data]


def create(client, key=None):
    return client.customers.create({"name": "Ada"}, {"idempotency_key": key or str(uuid4())})


HEARD = {"500": stripe.APIError, "timeout": stripe.APIConnectionError, "reset": stripe.APIConnectionError}


@pytest.mark.parametrize("kind", ["500", "timeout", "reset"])
def test_fault_before_the_work_leaves_nothing(faulty, client, kind):
    faulty(method="POST", path=CUSTOMERS, fault=f"{kind}_before", seconds=0.1)

    with pytest.raises(HEARD[kind]):
        create(client)

    assert names(client) == []


@pytest.mark.parametrize("kind", ["500", "timeout", "reset"])
def test_fault_after_the_work_leaves_it_done_and_its_key_remembered(faulty, client, kind):
    faulty(method="POST", path=CUSTOMERS, fault=f"{kind}_after", seconds=0.1, times=1)

    with pytest.raises(HEARD[kind]):
        create(client, key="key-1")
    again = create(client, key="key-1")

    assert [customer.id for customer in client.customers.list().data] == [again.id]


@pytest.mark.parametrize("kind", ["500", "timeout", "reset"])
@pytest.mark.parametrize("side", ["before", "after"])
def test_client_that_tries_again_gets_what_it_wanted_once(faulty, persistent, kind, side):
    faulty(method="POST", path=CUSTOMERS, fault=f"{kind}_{side}", seconds=0.1, times=2)

    create(persistent)

    assert names(persistent) == ["Ada"]


def test_fault_of_a_server_is_an_api_error(faulty, client):
    faulty(path=CUSTOMERS, fault="500_before")
    with pytest.raises(stripe.APIError) as failure:
        create(client)
    assert (failure.value.http_status, failure.value.json_body["error"]["type"]) == (500, "api_error")


def test_client_that_waits_less_gives_up(faulty, client):
    faulty(path=CUSTOMERS, fault="timeout_after", seconds=60)
    with pytest.raises(stripe.APIConnectionError) as failure:
        create(client)
    assert "Timeout" in str(failure.value)


def test_reset_is_told_from_a_goodbye(shared, faulty):
    address = shared.base_url.removeprefix("http://")
    for fault, kind in (
        ("reset_before", ConnectionResetError),
        ("timeout_before", http.client.RemoteDisconnected),
    ):
        faulty(path=CUSTOMERS, fault=fault, seconds=0)
        connection = http.client.HTTPConnection(address, timeout=5)
        connection.request("GET", CUSTOMERS, headers={"Authorization": "Bearer sk_test_x"})
        with pytest.raises(ConnectionResetError) as failure:
            connection.getresponse()
        assert failure.type is kind
        connection.close()


def test_too_many_requests(faulty, client):
    faulty(path=CUSTOMERS, fault="429", times=1)
    with pytest.raises(stripe.RateLimitError) as refusal:
        create(client)
    assert (refusal.value.http_status, refusal.value.error.code) == (429, "rate_limit")
    assert names(client) == []


def test_slow_answer_is_right_and_holds_nobody_else_up(faulty, client, shared):
    faulty(method="POST", path=CUSTOMERS, fault="slow", seconds=0.5)
    started = time.monotonic()
    assert create(client).name == "Ada"
    assert time.monotonic() - started > 0.5


def test_unknown_keys_in_an_answer_are_at_every_level_and_not_kept(faulty, client):
    create(client)
    faulty(method="GET", path=CUSTOMERS, unknown_keys=True, times=1)

    grown, plain = client.customers.list().to_dict(), client.customers.list().to_dict()

    for level in (grown, grown["data"][0], grown["data"][0]["invoice_settings"]):
        assert sum(key.startswith("unheard_of_") for key in level) == 1
    assert "unheard_of_" not in str(plain)
    assert grown["data"][0]["name"] == "Ada"


def test_path_and_method_choose_the_requests(faulty, client):
    faulty(method="GET", path="/v1/customers/*", fault="429")
    made = create(client)
    assert names(client) == ["Ada"]
    with pytest.raises(stripe.RateLimitError):
        client.customers.retrieve(made.id)


def test_share_and_seed_choose_the_same_requests_again(faulty, client):
    def answers(seed):
        faulty(path=CUSTOMERS, fault="429", share=0.5, seed=seed)
        return [is_answered(client) for _ in range(20)]

    first, second, third = answers(1), answers(1), answers(2)
    assert first == second
    assert first != third
    assert 4 < sum(first) < 16


def is_answered(client):
    try:
        client.customers.list()
    except stripe.RateLimitError:
        return False
    return True


def test_first_rule_that_strikes_counts_and_each_is_counted(shared, client):
    shared.reset()
    rules = [
        {"path": CUSTOMERS, "fault": "429", "times": 1},
        {"path": "/v1/*", "fault": "500_before", "times": 1},
    ]
    shared.switch("faults", {"api": rules})

    assert not is_answered(client)
    with pytest.raises(stripe.APIError):
        client.customers.list()
    assert is_answered(client)

    told = shared.switch("faults")["api"]
    assert told == [rule | {"struck": 1} for rule in rules]
