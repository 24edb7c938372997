import pytest

from payments.checkout import open_checkout
from payments.gateway import reading
from payments.gateway.client import client
from payments.gateway.facts import GatewayError
from payments.gateway.opening import open_session
from payments.models import Checkout
from tests.factories.payments import CheckoutFactory

pytestmark = pytest.mark.django_db

URLS = {"success_url": "https://site.example/thanks", "cancel_url": "https://site.example/join"}


def test_client_is_kept_for_its_key_and_base(settings):
    first = client()
    assert client() is first
    settings.STRIPE_SECRET_KEY = "sk_test_another"
    assert client() is not first


def test_client_tries_again_by_itself():
    """The SDK makes no retries unless it is told to."""
    assert client()._requestor._options.max_network_retries == 2


def test_session_opened_twice_is_one_session(stripe_api):
    checkout = CheckoutFactory()
    first, second = (open_session(checkout, **URLS) for _ in range(2))
    assert first == second
    assert first.livemode is False
    assert stripe_api.checkout.sessions.retrieve(first.session_id).client_reference_id == str(
        checkout.reference
    )


def test_same_key_with_another_body_is_refused(stripe_api):
    checkout = CheckoutFactory()
    open_session(checkout, **URLS)
    checkout.amount += 1
    with pytest.raises(GatewayError, match="IdempotencyError"):
        open_session(checkout, **URLS)


def test_answer_that_was_lost_is_asked_for_again_and_is_the_same(stripe_api):
    """Our worker dies between Stripe's answer and our saving it: one session at Stripe all the same."""
    checkout = CheckoutFactory()
    lost = open_session(
        checkout,
        success_url=f"http://localhost:8000/thanks/{checkout.reference}/",
        cancel_url="http://localhost:8000/join/",
    )
    url = open_checkout(checkout, return_view="thanks", cancel_path="/join/")
    assert (url, Checkout.objects.get().session_id) == (lost.url, lost.session_id)


def test_expiry_that_we_ask_for_is_one_that_stripe_takes(stripe_api):
    checkout = CheckoutFactory()
    session = open_session(checkout, **URLS)
    found = stripe_api.checkout.sessions.retrieve(session.session_id)
    assert found.expires_at == int(checkout.expires_at.timestamp())


def test_wrong_key_is_a_gateway_error(stripe_api, settings):
    settings.STRIPE_SECRET_KEY = "sk_live_wrong"
    with pytest.raises(GatewayError, match="AuthenticationError"):
        open_session(CheckoutFactory(), **URLS)


@pytest.mark.parametrize(
    "ask", [lambda: reading.snapshot_of_session("cs_1"), lambda: open_session(CheckoutFactory(), **URLS)]
)
def test_stripe_away_is_a_gateway_error(settings, monkeypatch, ask):
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    with pytest.raises(GatewayError, match="APIConnectionError"):
        ask()
