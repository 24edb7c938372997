"""The manners of the API: keys, headers, parameters, expansion, pages."""

import json
import urllib.error
import urllib.request

import pytest
import stripe

from tests.sandbox.browser import pay
from tests.sandbox.builders import one_time, subscribing


def raw(sandbox, path, *, key="sk_test_x", headers=None, data=None):
    """Ask without the SDK; return status, headers and the decoded body."""
    headers = ({"Authorization": f"Bearer {key}"} if key else {}) | (headers or {})
    try:
        request = urllib.request.Request(sandbox.base_url + path, data, headers)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.headers, json.load(answer)
    except urllib.error.HTTPError as refusal:
        return refusal.code, refusal.headers, json.load(refusal)


@pytest.mark.parametrize("key", [None, "sk_live_abc", "pk_test_abc", "nonsense"])
def test_key_that_is_not_a_test_key_is_refused(sandbox, key):
    status, _, body = raw(sandbox, "/v1/customers", key=key)
    assert (status, body["error"]["type"]) == (401, "invalid_request_error")


def test_key_as_basic_authentication_is_taken(sandbox):
    basic = {"Authorization": "Basic c2tfdGVzdF94Og=="}
    assert raw(sandbox, "/v1/customers", key=None, headers=basic)[0] == 200


def test_every_answer_has_its_own_request_id_and_the_version_asked_for(sandbox):
    version = {"Stripe-Version": "2026-05-27.dahlia"}
    answers = [raw(sandbox, path, headers=version)[1] for path in ("/v1/events", "/v1/nothing")]
    assert len({answer["Request-Id"] for answer in answers}) == 2
    assert {answer["Stripe-Version"] for answer in answers} == {"2026-05-27.dahlia"}


def test_sdk_of_today_speaks_the_version_that_events_carry(client):
    client.customers.create({"email": "ada@example.org"})
    assert client.events.list({"limit": 1}).data[0].api_version == stripe.api_version


def test_address_that_is_not_served_is_not_found(sandbox):
    status, _, body = raw(sandbox, "/v1/quotes")
    assert (status, body["error"]["message"][:30]) == (404, "Unrecognized request URL (GET:")


@pytest.mark.parametrize(
    ("given", "code", "param"),
    [
        ({"colour": "red"}, "parameter_unknown", "colour"),
        ({"address": {"planet": "Mars"}}, "parameter_unknown", "address[planet]"),
        ({"balance": "lots"}, "parameter_invalid_integer", "balance"),
        ({"tax_exempt": "maybe"}, None, "tax_exempt"),
        ({"email": "ada"}, "email_invalid", "email"),
    ],
)
def test_parameter_that_does_not_fit_is_refused_by_name(client, given, code, param):
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.customers.create(given)
    assert (refusal.value.code, refusal.value.param, refusal.value.http_status) == (code, param, 400)


def test_parameter_that_is_missing_is_refused_by_name(client):
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.payment_intents.create({"currency": "eur"})
    assert (refusal.value.code, refusal.value.param) == ("parameter_missing", "amount")


def test_object_that_does_not_exist_is_missing(client):
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.customers.retrieve("cus_nobody")
    assert (refusal.value.http_status, refusal.value.code) == (404, "resource_missing")
    assert "No such customer: 'cus_nobody'" in str(refusal.value)


def test_identifier_of_another_kind_is_missing(client):
    customer = client.customers.create({})
    with pytest.raises(stripe.InvalidRequestError, match="No such price"):
        client.prices.retrieve(customer.id)


def test_metadata_is_merged_and_an_empty_value_removes_its_key(client):
    customer = client.customers.create({"metadata": {"a": "1", "b": "2"}})
    client.customers.update(customer.id, {"metadata": {"b": "", "c": "3"}})
    assert client.customers.retrieve(customer.id).metadata.to_dict() == {"a": "1", "c": "3"}


def test_update_without_change_makes_no_event(client):
    customer = client.customers.create({"name": "Ada"})
    newest = client.events.list({"limit": 1}).data[0].id
    client.customers.update(customer.id, {"name": "Ada"})
    assert client.events.list({"limit": 1}).data[0].id == newest


def test_deleted_customer_is_shown_as_deleted_and_not_listed(client):
    customer = client.customers.create({"email": "gone@example.org"})
    client.customers.delete(customer.id)
    assert client.customers.retrieve(customer.id).to_dict() == {
        "id": customer.id,
        "object": "customer",
        "deleted": True,
    }
    assert client.customers.list({"email": "gone@example.org"}).data == []


def test_expand_reaches_through_lists_and_objects(own_sandbox):
    client = own_sandbox.client().v1
    session = client.checkout.sessions.create(one_time())
    found = client.checkout.sessions.list({"limit": 1, "expand": ["data.line_items"]}).data[0]
    assert (found.id, found.line_items.data[0].amount_total) == (session.id, 2500)
    product = client.checkout.sessions.retrieve(session.id, {"expand": ["line_items.data.price.product"]})
    assert product.line_items.data[0].price.product.name == "A gift"


def test_what_was_expanded_in_one_answer_is_a_reference_in_the_next(client):
    session = client.checkout.sessions.create(subscribing())
    pay(session.url)
    subscription = client.checkout.sessions.retrieve(session.id).subscription
    expand = ["items.data.price.product", "latest_invoice"]

    for _ in range(2):  # the second changes nothing, and is written without any event of it
        changed = client.subscriptions.update(subscription, {"description": "Kept", "expand": expand})
    kept = client.subscriptions.retrieve(subscription)

    assert changed["items"].data[0].price.product.name == "Supporter"
    assert kept["items"].data[0].price.product == changed["items"].data[0].price.product.id
    assert (kept.latest_invoice, kept.description) == (changed.latest_invoice.id, "Kept")


@pytest.mark.parametrize("path", ["colour", "email", "metadata.colour"])
def test_expand_of_what_is_no_reference_is_refused(client, path):
    customer = client.customers.create({"email": "ada@example.org"})
    with pytest.raises(stripe.InvalidRequestError, match="cannot be expanded"):
        client.customers.retrieve(customer.id, {"expand": [path]})


def test_pages_cover_a_list_once_in_both_directions(own_sandbox):
    client = own_sandbox.client().v1
    made = [client.customers.create({"name": str(number)}).id for number in range(7)]

    first = client.customers.list({"limit": 3})
    second = client.customers.list({"limit": 3, "starting_after": first.data[-1].id})
    back = client.customers.list({"limit": 3, "ending_before": second.data[0].id})

    assert [one.id for one in first.data + second.data] == made[:0:-1]
    assert (first.has_more, [one.id for one in back.data]) == (True, [one.id for one in first.data])
    everyone = client.customers.list({"limit": 2}).auto_paging_iter()
    assert [one.id for one in everyone] == made[::-1]


@pytest.mark.parametrize("limit", [0, 101])
def test_page_too_long_or_too_short_is_refused(client, limit):
    with pytest.raises(stripe.InvalidRequestError, match="This value must be"):
        client.customers.list({"limit": limit})


def test_page_after_an_unknown_id_is_refused(client):
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.customers.list({"starting_after": "cus_nobody"})
    assert refusal.value.param == "starting_after"


def test_events_are_filtered_by_type_and_time(own_sandbox):
    client = own_sandbox.client().v1
    client.customers.create({})
    client.products.create({"name": "Supporter"})
    created = client.events.list({"type": "customer.created"}).data
    either = client.events.list({"types": ["customer.created", "product.created"]}).data
    group = client.events.list({"type": "customer.*"}).data
    assert [event.type for event in created + group] == ["customer.created", "customer.created"]
    assert [event.type for event in either] == ["product.created", "customer.created"]
    assert client.events.list({"created": {"gt": created[0].created + 5}}).data == []


def test_prices_are_found_by_lookup_key_until_it_moves(client):
    product = client.products.create({"name": "Supporter"})
    base = {"product": product.id, "currency": "eur", "unit_amount": 1000, "lookup_key": "supporter_monthly"}
    first = client.prices.create(base)
    with pytest.raises(stripe.InvalidRequestError, match="already uses that lookup key"):
        client.prices.create(base)

    second = client.prices.create(base | {"transfer_lookup_key": True})

    found = client.prices.list({"lookup_keys": ["supporter_monthly"]}).data
    assert [price.id for price in found] == [second.id]
    assert client.prices.retrieve(first.id).lookup_key is None


def test_prices_are_filtered_by_kind_and_state(client):
    product = client.products.create({"name": "Supporter"})
    base = {"product": product.id, "currency": "eur", "unit_amount": 1000}
    monthly = client.prices.create(base | {"recurring": {"interval": "month"}})
    once = client.prices.create(base)
    client.prices.update(once.id, {"active": False})
    found = client.prices.list({"product": product.id, "active": True, "recurring": {"interval": "month"}})
    assert [price.id for price in found.data] == [monthly.id]


def test_currency_that_nobody_takes_is_refused(client):
    with pytest.raises(stripe.InvalidRequestError, match="Invalid currency: zzz"):
        client.payment_intents.create({"amount": 1000, "currency": "zzz"})


def test_body_that_is_no_form_is_answered_in_stripes_shape(sandbox):
    status, _, body = raw(sandbox, "/v1/customers", data=b"\xff\xfe=\x00&[[]=1")
    assert (status, body["error"]["type"]) == (400, "invalid_request_error")


def keys_of(node):
    """Every key at every depth."""
    if isinstance(node, dict):
        return set(node) | {key for value in node.values() for key in keys_of(value)}
    return {key for value in node for key in keys_of(value)} if isinstance(node, list) else set()


def test_what_only_the_sandbox_knows_never_leaves_it(sandbox, client):
    client.webhook_endpoints.create({"url": "http://127.0.0.1:9/", "enabled_events": ["coupon.created"]})
    pay(client.checkout.sessions.create(subscribing()).url)
    kinds = (
        "charges balance_transactions checkout/sessions customers events invoices invoice_payments payment_intents "
        "payment_methods prices products subscriptions webhook_endpoints"
    )
    for kind in kinds.split():
        listed = raw(sandbox, f"/v1/{kind}?limit=100")[2]
        assert listed["data"] != []
        assert [key for key in keys_of(listed) if key.startswith("_") or key == "secret"] == []
