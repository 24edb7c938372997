from itertools import islice

import pytest

from bench.events import PATH, SECRET, requests
from payments.models import StripeEvent

pytestmark = pytest.mark.django_db


def post(client, request):
    head, body = request.split(b"\r\n\r\n", 1)
    line, *lines = head.decode().split("\r\n")
    assert line == f"POST {PATH} HTTP/1.1"
    headers = dict(each.split(": ", 1) for each in lines)
    assert int(headers["Content-Length"]) == len(body)
    signature = {"Stripe-Signature": headers["Stripe-Signature"]}
    return client.post(PATH, body, content_type="application/json", headers=signature)


def test_each_is_an_event_that_our_webhook_keeps(client, settings):
    settings.STRIPE_WEBHOOK_SECRETS = [SECRET]
    statuses = [post(client, request).status_code for request in islice(requests(), 5)]
    assert (statuses, StripeEvent.objects.count()) == ([200] * 5, 5)


def test_runs_do_not_repeat_each_others_events(client, settings):
    settings.STRIPE_WEBHOOK_SECRETS = [SECRET]
    for _ in range(2):
        post(client, next(requests()))
    assert StripeEvent.objects.count() == 2


def test_an_event_is_as_long_as_stripes():
    assert 3000 < len(next(requests())) < 5000
