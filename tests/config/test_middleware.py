import pytest
from django.urls import reverse

from config.middleware import STRIPE_WEBHOOK
from payments.models import StripeEvent
from tests.support.events import event_body, post_event

pytestmark = pytest.mark.django_db


def test_the_webhooks_path_is_the_urls():
    assert reverse("stripe_webhook") == STRIPE_WEBHOOK


def test_stripe_is_answered_by_one_statement_and_nothing_of_what_browsers_need(
    client, django_assert_num_queries
):
    with django_assert_num_queries(1):
        response = post_event(client, event_body())
    assert (response.status_code, dict(response.headers)) == (
        200,
        {"Content-Type": "text/html; charset=utf-8"},
    )
    assert StripeEvent.objects.count() == 1


def test_who_is_not_stripe_meets_the_whole_house(client):
    response = client.get(STRIPE_WEBHOOK)
    assert (response.status_code, "Content-Security-Policy" in response) == (405, True)
