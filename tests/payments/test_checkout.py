from datetime import timedelta

import pytest
from django.utils import timezone

from payments import checkout as module
from payments.checkout import is_usable, open_checkout, prepare_checkout
from payments.enums import CheckoutStatus, Interval, Purpose
from payments.gateway.facts import GatewayError
from payments.models import Checkout
from payments.money import Money
from tests.factories.members import UserFactory
from tests.factories.payments import CheckoutFactory, CustomerFactory, PaymentFactory

pytestmark = pytest.mark.django_db


def open_it(checkout):
    return open_checkout(checkout, return_view="thanks", cancel_path="/join/?cancelled=1")


def test_prepared_checkout_is_a_row_that_stripe_does_not_know():
    reader = UserFactory()
    checkout = prepare_checkout(
        purpose=Purpose.MEMBERSHIP,
        email="ada@example.org",
        description="Friend membership",
        price=Money(1500, "EUR"),
        interval=Interval.MONTH,
        user=reader,
    )
    kept = Checkout.objects.get()
    assert kept == checkout
    assert (kept.money, kept.interval, kept.user) == (Money(1500, "EUR"), Interval.MONTH, reader)
    assert (kept.status, kept.session_id, kept.url, kept.livemode) == (CheckoutStatus.OPEN, None, "", False)
    assert timedelta(minutes=59) < kept.expires_at - timezone.now() <= module.LIFETIME


def test_live_key_makes_live_checkouts(settings):
    settings.STRIPE_LIVEMODE = True
    checkout = prepare_checkout(
        purpose=Purpose.GIFT, email="a@example.org", description="Gift", price=Money(1, "EUR")
    )
    assert Checkout.objects.get(pk=checkout.pk).livemode is True


def test_opened_checkout_keeps_its_session_and_page(stripe_page):
    checkout = CheckoutFactory()
    url = open_it(checkout)
    kept = Checkout.objects.get()
    assert url == f"https://checkout.example/{checkout.idempotency_key}"
    assert (kept.session_id, kept.url) == (f"cs_{checkout.idempotency_key}", url)


def test_reader_is_sent_back_to_our_own_pages(stripe_page, settings):
    settings.SITE_URL = "https://news.example"
    checkout = CheckoutFactory()
    open_it(checkout)
    _, sent = stripe_page.calls[0]
    assert sent["success_url"] == f"https://news.example/thanks/{checkout.reference}/"
    assert sent["cancel_url"] == "https://news.example/join/?cancelled=1"


def test_second_call_after_a_lost_answer_sends_the_same_again(stripe_page):
    stripe_page.is_away = True
    checkout = CheckoutFactory()
    with pytest.raises(GatewayError):
        open_it(checkout)
    assert Checkout.objects.get().url == ""
    stripe_page.is_away = False
    open_it(Checkout.objects.get())
    first, second = stripe_page.calls
    assert first == second
    assert first[0] == str(checkout.idempotency_key)


def test_two_checkouts_never_share_a_key(stripe_page):
    open_it(CheckoutFactory())
    open_it(CheckoutFactory())
    assert len(stripe_page.keys) == 2


def test_opened_checkout_is_not_asked_for_again(stripe_page):
    checkout = CheckoutFactory()
    url = open_it(checkout)
    assert open_it(Checkout.objects.get()) == url
    assert len(stripe_page.calls) == 1


def prepared_for(reader, currency="EUR"):
    return prepare_checkout(
        purpose=Purpose.GIFT,
        email=reader.email,
        description="Gift",
        price=Money(100, currency),
        user=reader,
    )


def customer_who_paid(reader, currency="EUR", **fields):
    customer = CustomerFactory(user=reader, **fields)
    PaymentFactory(customer=customer, checkout__currency=currency)
    return customer


def test_signed_in_reader_keeps_their_stripe_customer(stripe_page):
    reader = UserFactory()
    customer_who_paid(reader)
    newest = customer_who_paid(reader)
    customer_who_paid(reader, livemode=True)
    customer_who_paid(UserFactory())
    open_it(prepared_for(reader))
    assert stripe_page.calls[0][1]["customer"] == newest.stripe_id


def test_each_currency_has_a_customer_of_its_own(stripe_page):
    reader = UserFactory()
    customer_who_paid(reader, "USD")
    open_it(prepared_for(reader, "EUR"))
    assert "customer" not in stripe_page.calls[0][1]


def test_call_repeated_after_another_payment_sends_the_same(stripe_page):
    reader = UserFactory()
    checkout = prepared_for(reader)
    stripe_page.is_away = True
    with pytest.raises(GatewayError):
        open_it(checkout)
    customer_who_paid(reader)
    stripe_page.is_away = False
    open_it(Checkout.objects.get(pk=checkout.pk))
    assert stripe_page.calls[0] == stripe_page.calls[1]


def test_address_alone_gives_nobodys_customer(stripe_page):
    CustomerFactory(user=UserFactory(email="ada@example.org"), email="ada@example.org")
    open_it(CheckoutFactory(email="ada@example.org"))
    assert "customer" not in stripe_page.calls[0][1]
    assert stripe_page.calls[0][1]["customer_email"] == "ada@example.org"


MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, True),
        ({"created_at": -24 * MINUTE}, True),
        ({"created_at": -25 * MINUTE}, False),
        ({"url": "https://c/1", "created_at": -50 * MINUTE, "expires_at": 2 * MINUTE}, True),
        ({"url": "https://c/1", "expires_at": MINUTE + timedelta(seconds=1)}, True),
        ({"url": "https://c/1", "expires_at": MINUTE}, False),
        ({"url": "https://c/1", "expires_at": -MINUTE}, False),
        ({"url": "https://c/1", "expires_at": None}, False),
        *(({"status": status}, False) for status in CheckoutStatus if status != CheckoutStatus.OPEN),
    ],
)
def test_attempt_is_usable_while_its_page_is_open_or_can_be_opened(fields, expected, time_machine_now):
    moved = {
        name: timezone.now() + value if isinstance(value, timedelta) else value
        for name, value in fields.items()
    }
    assert is_usable(CheckoutFactory(**moved)) is expected


def test_page_can_still_be_opened_when_an_attempt_is_called_usable():
    """Stripe wants thirty minutes at the least between the call and `expires_at`."""
    shortest = module.LIFETIME - module.LATEST_OPENING
    assert shortest >= timedelta(minutes=30)
