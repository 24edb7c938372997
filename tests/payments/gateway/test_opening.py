from datetime import UTC, datetime

import pytest

from payments.enums import Interval, Purpose
from payments.gateway.opening import metadata_of, session_parameters
from tests.factories.payments import CheckoutFactory

pytestmark = pytest.mark.django_db

EXPIRES_AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def parameters(**fields):
    checkout = CheckoutFactory(email="ada@example.org", expires_at=EXPIRES_AT, **fields)
    sent = session_parameters(checkout, success_url="https://a/thanks", cancel_url="https://a/join")
    return str(checkout.reference), sent


def test_subscription_is_asked_for_as_it_stands_in_the_row():
    terms = {"tier": "friend", "campaign": "", "message": "ü" * 501}
    reference, sent = parameters(interval=Interval.YEAR, amount=9900, currency="USD", terms=terms)
    metadata = {
        "groundswell_reference": reference,
        "groundswell_site": "http://localhost:8000",
        "groundswell_purpose": "membership",
        "groundswell_description": "Friend membership",
        "groundswell_amount": "9900",
        "groundswell_currency": "USD",
        "groundswell_interval": "year",
        "groundswell_tier": "friend",
        "groundswell_message": "ü" * 500,
    }
    assert sent == {
        "mode": "subscription",
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": "usd",
                    "unit_amount": 9900,
                    "product_data": {"name": "Friend membership"},
                    "recurring": {"interval": "year"},
                },
            }
        ],
        "client_reference_id": reference,
        "metadata": metadata,
        "subscription_data": {"metadata": metadata},
        "customer_email": "ada@example.org",
        "success_url": "https://a/thanks",
        "cancel_url": "https://a/join",
        "expires_at": int(EXPIRES_AT.timestamp()),
    }


def test_single_payment_leaves_its_reference_on_the_intent_and_makes_a_customer():
    reference, sent = parameters(interval="", purpose=Purpose.GIFT)
    assert sent["mode"] == "payment"
    assert sent["payment_intent_data"]["metadata"]["groundswell_reference"] == reference
    assert sent["payment_intent_data"]["metadata"] == sent["metadata"]
    assert sent["customer_creation"] == "always"
    assert "recurring" not in sent["line_items"][0]["price_data"]
    assert "subscription_data" not in sent


@pytest.mark.parametrize(
    ("interval", "purpose", "said"),
    [
        ("", Purpose.CONTRIBUTION, "donate"),
        (Interval.MONTH, Purpose.CONTRIBUTION, None),
        ("", Purpose.GIFT, None),
    ],
)
def test_stripes_button_says_that_a_donation_is_one(interval, purpose, said):
    _, sent = parameters(interval=interval, purpose=purpose)
    assert sent.get("submit_type") == said


@pytest.mark.parametrize("interval", [Interval.MONTH, ""])
def test_known_customer_is_named_instead_of_an_address(interval):
    _, sent = parameters(stripe_customer_id="cus_1", interval=interval)
    assert sent["customer"] == "cus_1"
    assert {"customer_email", "customer_creation"} & set(sent) == set()


def test_receipts_are_ours_and_stripe_is_asked_for_none():
    _, sent = parameters(interval="")
    assert "receipt_email" not in sent["payment_intent_data"]


def test_metadata_have_an_order_of_their_own():
    """A repeated call must have the same body, and a database may give the terms back in another order."""
    terms = {"tier": "friend", "campaign": "birthday", "a": "1"}
    one, other = (
        list(metadata_of(CheckoutFactory.build(terms=dict(items))).items())
        for items in (terms.items(), reversed(terms.items()))
    )
    assert [key for key, _ in one] == [key for key, _ in other]
