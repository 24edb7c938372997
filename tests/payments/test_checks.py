import pytest

from payments import fulfilment
from payments.checks import check_fulfilment, check_stripe_settings
from payments.enums import Purpose

GOOD = {
    "STRIPE_SECRET_KEY": "sk_test_1",
    "STRIPE_WEBHOOK_SECRETS": ["whsec_1"],
    "STRIPE_LIVEMODE": False,
    "STRIPE_API_BASE": "https://api.stripe.com",
    "DEBUG": False,
    "DEMO": False,
}
LIVE = {"STRIPE_SECRET_KEY": "sk_live_1", "STRIPE_LIVEMODE": True}


@pytest.mark.parametrize(
    ("changed", "ids"),
    [
        ({}, []),
        (LIVE, []),
        ({"DEMO": True, "STRIPE_API_BASE": "http://127.0.0.1:12111"}, []),
        ({"DEMO": True, "STRIPE_API_BASE": "http://localhost:12111"}, []),
        ({"DEMO": True, "STRIPE_API_BASE": "http://[::1]:12111"}, []),
        ({"STRIPE_SECRET_KEY": ""}, ["payments.E002"]),
        ({"STRIPE_WEBHOOK_SECRETS": []}, ["payments.E003"]),
        ({"STRIPE_WEBHOOK_SECRETS": ["whsec_1", ""]}, ["payments.E003"]),
        (LIVE | {"DEBUG": True}, ["payments.E004"]),
        (LIVE | {"DEMO": True}, ["payments.E004"]),
        (LIVE | {"STRIPE_API_BASE": "http://127.0.0.1:12111"}, ["payments.E005"]),
        ({"DEMO": True, "STRIPE_API_BASE": "https://stripe.example"}, ["payments.W001"]),
    ],
)
def test_stripe_settings_that_do_not_fit_are_named(settings, changed, ids):
    for name, value in (GOOD | changed).items():
        setattr(settings, name, value)
    assert [found.id for found in check_stripe_settings()] == ids


def test_settings_of_this_run_are_fine():
    assert check_stripe_settings() == check_fulfilment() == []


def test_each_error_says_what_to_do(settings):
    for name, value in (GOOD | LIVE | {"DEBUG": True, "STRIPE_WEBHOOK_SECRETS": []}).items():
        setattr(settings, name, value)
    assert [(found.msg, found.hint) for found in check_stripe_settings()] == [
        (
            "STRIPE_WEBHOOK_SECRET is not set: no event from Stripe will be believed.",
            "Copy the whsec_… of your endpoint, or of `stripe listen`.",
        ),
        (
            "STRIPE_SECRET_KEY is a live key, and DEBUG or DEMO is on.",
            "Use a key that begins with sk_test_.",
        ),
    ]


def test_purpose_that_nobody_delivers_is_an_error(monkeypatch):
    monkeypatch.delitem(fulfilment._fulfillers, Purpose.GIFT)
    assert [(found.id, found.msg) for found in check_fulfilment()] == [
        ("payments.E001", "Nothing delivers what a payment for 'gift' buys.")
    ]
