from datetime import timedelta

import pytest
from django.utils import timezone

from payments import checkout as module
from payments.checkout import is_usable, open_checkout, prepare_checkout
from payments.enums import CheckoutStatus, Interval, Purpose
from payments.gateway.facts import GatewayError, OpenedSession
from payments.gateway.opening import session_parameters
from payments.models import Checkout
from payments.money import Money
from tests.factories.members import UserFactory
from tests.factories.payments import CheckoutFactory, CustomerFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def stripe_calls(monkeypatch):
    """What was sent, with the row as it stood in the database at that moment."""
    calls = []

    def open_session(checkout, **urls):
        stored = Checkout.objects.get(pk=checkout.pk)
        calls.append((str(stored.idempotency_key), session_parameters(stored, **urls)))
        if len(calls) == 1 and open_session.is_first_answer_lost:
            raise GatewayError("the answer was lost")
        return OpenedSession(session_id="cs_1", url="https://checkout.example/cs_1", livemode=False)

    open_session.is_first_answer_lost = False
    monkeypatch.setattr(module, "open_session", open_session)
    calls_and_switch = type("Calls", (list,), {})(calls)
    calls_and_switch.made = calls
    calls_and_switch.lose_first_answer = lambda: setattr(open_session, "is_first_answer_lost", True)
    return calls_and_switch


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


def test_opened_checkout_keeps_its_session_and_page(stripe_calls):
    checkout = CheckoutFactory()
    assert open_it(checkout) == "https://checkout.example/cs_1"
    kept = Checkout.objects.get()
    assert (kept.session_id, kept.url) == ("cs_1", "https://checkout.example/cs_1")


def test_reader_is_sent_back_to_our_own_pages(stripe_calls, settings):
    settings.SITE_URL = "https://news.example"
    checkout = CheckoutFactory()
    open_it(checkout)
    _, sent = stripe_calls.made[0]
    assert sent["success_url"] == f"https://news.example/thanks/{checkout.reference}/"
    assert sent["cancel_url"] == "https://news.example/join/?cancelled=1"


def test_second_call_after_a_lost_answer_sends_the_same_again(stripe_calls):
    stripe_calls.lose_first_answer()
    checkout = CheckoutFactory()
    with pytest.raises(GatewayError):
        open_it(checkout)
    assert Checkout.objects.get().url == ""
    open_it(Checkout.objects.get())
    first, second = stripe_calls.made
    assert first == second
    assert first[0] == str(checkout.idempotency_key)


def test_two_checkouts_never_share_a_key(stripe_calls):
    open_it(CheckoutFactory())
    Checkout.objects.update(session_id=None)
    open_it(CheckoutFactory())
    assert len({key for key, _ in stripe_calls.made}) == 2


def test_opened_checkout_is_not_asked_for_again(stripe_calls):
    checkout = CheckoutFactory()
    open_it(checkout)
    assert open_it(Checkout.objects.get()) == "https://checkout.example/cs_1"
    assert len(stripe_calls.made) == 1


def test_signed_in_reader_keeps_their_stripe_customer(stripe_calls):
    reader = UserFactory()
    CustomerFactory(user=reader)
    newest = CustomerFactory(user=reader)
    CustomerFactory(user=reader, livemode=True)
    CustomerFactory(user=UserFactory())
    open_it(CheckoutFactory(user=reader))
    assert stripe_calls.made[0][1]["customer"] == newest.stripe_id


def test_address_alone_gives_nobodys_customer(stripe_calls):
    CustomerFactory(user=UserFactory(email="ada@example.org"), email="ada@example.org")
    open_it(CheckoutFactory(email="ada@example.org"))
    assert "customer" not in stripe_calls.made[0][1]
    assert stripe_calls.made[0][1]["customer_email"] == "ada@example.org"


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
    assert module.LIFETIME - module.LATEST_OPENING >= timedelta(minutes=30)
