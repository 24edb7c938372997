"""Stripe answers late, wrongly, twice or not at all: what is asked for happens once, and what happened is recorded."""

import pytest

from members.models import Membership
from members.selling.joining import start_signup
from payments import inbox
from payments.checkout import open_checkout
from payments.gateway.facts import GatewayError
from payments.models import Checkout, Payment, StripeEvent
from payments.reconciling.walking import walk
from tests.factories.members import PlanFactory
from tests.support.at_stripe import deliver
from tests.support.books import assert_agreed

pytestmark = pytest.mark.django_db
FAILURES = ["500_before", "500_after", "reset_before", "reset_after", "429"]


@pytest.fixture(autouse=True)
def _quick_retries(monkeypatch):
    """The SDK waits half a second and more before it asks again; what it does is the same without."""
    monkeypatch.setattr("stripe._http_client.HTTPClient._sleep_time_seconds", lambda *_: 0)


def faulty(at_stripe, path, fault, **more):
    at_stripe.switch("faults", {"api": [{"path": path, "fault": fault, **more}]})


def sessions(at_stripe):
    at_stripe.switch("faults", {})
    return at_stripe.api.checkout.sessions.list({"limit": 100}).data


@pytest.mark.parametrize("fault", FAILURES)
@pytest.mark.parametrize("times", [1, 9])
def test_one_page_is_opened_however_often_stripe_fails_to_say_so(at_stripe, fault, times):
    checkout = start_signup(plan=PlanFactory(), amount=1000, email="ada@example.org").checkout
    faulty(at_stripe, "/v1/checkout/sessions", fault, times=times)
    for _ in range(10):
        try:
            url = open_checkout(checkout, return_view="thanks", cancel_path="/join/")
        except GatewayError:
            continue
        break
    [session] = sessions(at_stripe)
    checkout.refresh_from_db()
    assert (checkout.session_id, checkout.url, url) == (session.id, session.url, session.url)


@pytest.mark.parametrize("fault", [*FAILURES, "slow"])
def test_event_is_recorded_once_stripe_can_be_read_again(at_stripe, fault):
    at_stripe.join()
    bodies = at_stripe.bodies()
    faulty(at_stripe, "/v1/*", fault, method="GET", seconds=0.01)
    deliver(bodies)
    assert Payment.objects.count() == (1 if fault == "slow" else 0)
    failed = StripeEvent.objects.filter(state="pending")
    assert all(event.error for event in failed)
    at_stripe.switch("faults", {})
    inbox.replay(StripeEvent.objects.all())
    inbox.drain()
    assert set(StripeEvent.objects.values_list("state", flat=True)) == {"done"}
    assert (Payment.objects.count(), Membership.objects.count()) == (1, 1)
    assert_agreed()


@pytest.mark.parametrize("how", ["events", "walk"])
def test_words_that_stripe_has_never_used_before_are_passed_over(at_stripe, how):
    checkout = at_stripe.join()
    at_stripe.give()
    at_stripe.api.refunds.create({"charge": at_stripe.charge_of(checkout).id, "amount": 100})
    at_stripe.switch("dispute", {"charge": at_stripe.charge_of(checkout).id, "amount": 500})
    at_stripe.switch("payout", {"all": True})
    at_stripe.switch("faults", {"api": [{"path": "/v1/*", "unknown_keys": True}]})
    if how == "events":
        deliver(at_stripe.bodies())
        assert set(StripeEvent.objects.values_list("state", flat=True)) == {"done"}
    else:
        assert walk().failed == []
    assert Payment.objects.count() == 2
    assert set(Checkout.objects.values_list("status", flat=True)) == {"paid"}
    assert_agreed()


def test_half_of_all_answers_lost_while_walking_is_made_up_for_by_walking_again(at_stripe):
    for number in range(4):
        at_stripe.join(f"reader{number}@example.org")
    at_stripe.switch("faults", {"api": [{"path": "/v1/*", "fault": "500_after", "share": 0.5, "seed": 3}]})
    for _ in range(30):
        try:
            tally = walk()
        except GatewayError:
            continue
        if tally and not tally.failed:
            break
    at_stripe.switch("faults", {})
    assert (Payment.objects.count(), Membership.objects.count()) == (4, 4)
    assert_agreed()
