import json
import time
from io import BytesIO

import pytest
from django.test import Client
from hypothesis import given, settings, strategies as st

from payments import inbox
from payments.models import StripeEvent
from tests.support.events import WEBHOOK, event_body, post_event, sign

pytestmark = pytest.mark.django_db

LIMIT = 256 * 1024


def test_signed_event_is_answered_200_and_kept(client):
    assert post_event(client, event_body(event_id="evt_1")).status_code == 200
    assert post_event(client, event_body(event_id="evt_1")).status_code == 200
    assert list(StripeEvent.objects.values_list("event_id", flat=True)) == ["evt_1"]


def test_only_a_new_event_rings_the_bell(client, monkeypatch):
    rung = []
    monkeypatch.setattr("payments.views.webhook.ring", rung.append)
    for _ in range(2):
        post_event(client, event_body(event_id="evt_1"))
    assert rung == [inbox.DRAIN]


def test_unknown_type_is_answered_200_and_kept(client):
    assert post_event(client, event_body("brand.new_thing")).status_code == 200
    assert StripeEvent.objects.get().type == "brand.new_thing"


def test_webhook_needs_no_csrf_token_and_gives_no_cookie():
    response = post_event(Client(enforce_csrf_checks=True), event_body())
    assert (response.status_code, dict(response.cookies)) == (200, {})


@pytest.mark.parametrize("method", ["get", "head", "put", "delete", "patch"])
def test_webhook_takes_posts_alone(client, method):
    assert getattr(client, method)(WEBHOOK).status_code == 405


@pytest.mark.parametrize("seconds", [-305, 305])
def test_signature_of_another_time_is_answered_400(client, seconds):
    body = event_body()
    assert (
        post_event(client, body, signature=sign(body, at=time.time() + seconds)).status_code,
        StripeEvent.objects.count(),
    ) == (400, 0)


def test_event_of_the_other_livemode_is_answered_400(client):
    assert post_event(client, event_body(livemode=True)).status_code == 400
    assert StripeEvent.objects.count() == 0


DEEP = b"[" * 100_000 + b"]" * 100_000
SIGNED_JUNK = {
    "empty": b"",
    "array": b"[]",
    "null": b"null",
    "text": b'"evt_1"',
    "number": b"7",
    "nan": b"NaN",
    "huge number": b"9" * 5000,
    "broken": b'{"id": ',
    "two objects": b"{}{}",
    "deep": DEEP,
    "deep inside": event_body()[:-1] + b', "more": ' + DEEP + b"}",
    "no keys": b"{}",
    "no id": b'{"type": "a", "livemode": false}',
    "no type": b'{"id": "evt_1", "livemode": false}',
    "no livemode": b'{"id": "evt_1", "type": "a"}',
    "null id": event_body(id=None),
    "empty id": event_body(id=""),
    "empty type": event_body(""),
    "number as id": event_body(id=7),
    "list as id": event_body(id=[]),
    "object as type": event_body("x", type={}),
    "zero as livemode": event_body(livemode=0),
    "text as livemode": event_body(livemode="false"),
    "list as livemode": event_body(livemode=[]),
    "number as account": event_body(account=7),
    "nul in the id": event_body(id="evt_\0"),
    "half a character in the id": event_body(id="evt_\ud800"),
    "half a character in the type": event_body("\udfff"),
    "half a character in the account": event_body(account="\ud800"),
    "very long id": event_body(id="e" * 300),
    "very long type": event_body("t" * 300),
}


@pytest.mark.parametrize("body", SIGNED_JUNK.values(), ids=SIGNED_JUNK)
def test_signed_junk_is_answered_400(client, body):
    assert post_event(client, body).status_code == 400
    assert StripeEvent.objects.count() == 0


@pytest.mark.parametrize("body", [b"\xff\xfe\x00", b"\x80" * 1000, b'{"id": "\xc3\x28"}'])
def test_bytes_that_are_no_text_are_answered_400(client, body):
    assert post_event(client, body, signature="t=1,v1=00").status_code == 400


ODD_HEADERS = ["", "nonsense", "t=now,v1=00", "t=1,v1=\xe9", "v1=00", "t=1", ",", "t=" + "9" * 5000 + ",v1=0"]


@pytest.mark.parametrize("header", ODD_HEADERS)
def test_odd_signature_is_answered_400(client, header):
    response = client.generic(
        "POST", WEBHOOK, event_body(), content_type="application/json", HTTP_STRIPE_SIGNATURE=header
    )
    assert (response.status_code, StripeEvent.objects.count()) == (400, 0)


def test_missing_signature_is_answered_400(client):
    response = client.post(WEBHOOK, event_body(), content_type="application/json")
    assert (response.status_code, StripeEvent.objects.count()) == (400, 0)


@settings(max_examples=40)
@given(
    body=st.one_of(
        st.binary(max_size=200),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(
                    st.sampled_from(["id", "type", "livemode", "account", "data", "object"]),
                    inner,
                    max_size=6,
                )
            ),
        ).map(lambda value: json.dumps(value).encode()),
    ),
    header=st.one_of(st.just("signed"), st.text(st.characters(max_codepoint=255), max_size=60)),
)
def test_no_body_and_no_header_brings_the_webhook_down(body, header):
    if header == "signed":
        try:
            header = sign(body)
        except UnicodeDecodeError:
            header = "t=1,v1=00"
    response = Client().generic(
        "POST", WEBHOOK, body, content_type="application/json", HTTP_STRIPE_SIGNATURE=header
    )
    assert response.status_code in (200, 400)


def padded(size):
    body = event_body(event_id="evt_large")
    return body + b" " * (size - len(body))


def test_body_of_the_largest_size_is_taken(client):
    assert post_event(client, padded(LIMIT)).status_code == 200


def test_body_over_the_limit_is_answered_413_and_not_read(client):
    assert post_event(client, padded(LIMIT + 1)).status_code == 413
    assert StripeEvent.objects.count() == 0


def test_length_that_lies_about_a_large_body_lets_no_more_in(client):
    response = post_event(client, padded(LIMIT * 4), CONTENT_LENGTH="10")
    assert response.status_code == 400


@pytest.mark.parametrize("length", ["", "abc", "-1", "1e3", "9" * 40])
def test_odd_length_is_no_server_error(client, length):
    response = post_event(client, event_body(), CONTENT_LENGTH=length)
    assert response.status_code in (400, 413)


def post_in_chunks(client, body, stream=None):
    """As gunicorn hands on a body whose length nobody told: it ends by itself."""
    terminated = {"wsgi.input": stream or BytesIO(body), "wsgi.input_terminated": True}
    return post_event(client, body, CONTENT_LENGTH="", HTTP_TRANSFER_ENCODING="chunked", **terminated)


def test_body_in_chunks_is_taken(client):
    assert post_in_chunks(client, event_body(event_id="evt_1")).status_code == 200
    assert StripeEvent.objects.get().event_id == "evt_1"


def test_body_in_chunks_is_read_to_the_limit_and_no_further(client):
    assert post_in_chunks(client, padded(LIMIT)).status_code == 200
    StripeEvent.objects.all().delete()
    huge = BytesIO(padded(LIMIT * 4))
    assert post_in_chunks(client, b"{}", stream=huge).status_code == 413
    assert huge.tell() == LIMIT + 1
    assert StripeEvent.objects.count() == 0


def test_body_that_breaks_off_is_answered_400(client):
    class Gone(BytesIO):
        def read(self, *_):
            raise OSError("the client has gone")

    broken = {"wsgi.input": Gone(), "wsgi.input_terminated": True}
    assert post_event(client, b"{}", CONTENT_LENGTH="", **broken).status_code == 400
    assert post_event(client, b"{}", **broken).status_code == 400


def test_body_in_chunks_from_a_server_that_cannot_end_it_is_answered_400(client):
    response = post_event(client, event_body(), CONTENT_LENGTH="", HTTP_TRANSFER_ENCODING="chunked")
    assert (response.status_code, StripeEvent.objects.count()) == (400, 0)
