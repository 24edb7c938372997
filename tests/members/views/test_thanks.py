from uuid import uuid4

import pytest
from django.utils.formats import date_format

from members.gifts.gift_links import url_for
from members.gifts.gifting import start_gift
from members.models import Membership
from members.selling.joining import start_signup
from payments.enums import CheckoutStatus
from payments.models import Checkout, Payment
from payments.recording import record
from tests.factories.campaigns import CampaignFactory
from tests.factories.members import GiftOfferFactory, PlanFactory
from tests.support.stripe_side import StripeSide

pytestmark = pytest.mark.django_db


@pytest.fixture
def side():
    return StripeSide(start_signup(plan=PlanFactory(), amount=1500, email="ada@example.org").checkout)


def thanks(client, side):
    return client.get(f"/thanks/{side.checkout.reference}/")


def state(client, side):
    return client.get(f"/thanks/{side.checkout.reference}/status.json").json()


def test_page_waits_until_the_payment_is_recorded_and_grants_nothing(client, side):
    response = thanks(client, side)
    assert response.status_code == 200
    assert "We are confirming your payment" in response.content.decode()
    assert "€15" in response.content.decode()
    assert state(client, side) == {"state": "confirming"}
    assert Membership.objects.count() == Payment.objects.count() == 0
    assert Checkout.objects.get().status == CheckoutStatus.OPEN


def test_who_begins_with_a_trial_reads_that_nothing_is_taken(client):
    trial = start_signup(plan=PlanFactory(trial_days=14), amount=1000, email="ada@example.org").checkout
    page = client.get(f"/thanks/{trial.reference}/").content.decode()
    assert "You gave your card; nothing is taken today" in page
    assert "You approved" not in page


def test_recorded_payment_is_a_welcome(client, side):
    CampaignFactory()
    record(side.session())
    page = thanks(client, side).content.decode()
    assert "Welcome to The Lantern" in page
    assert "€15 received" in page
    assert "ada@example.org" in page
    assert "1 of 1,000 new members" in page
    assert state(client, side) == {"state": "paid"}


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (CheckoutStatus.PENDING, "Your payment is on its way"),
        (CheckoutStatus.EXPIRED, "This payment page has expired"),
        (CheckoutStatus.FAILED, "The payment did not go through"),
    ],
)
def test_what_became_of_the_payment_is_told(client, side, status, words):
    record(side.session(status))
    assert words in thanks(client, side).content.decode()
    assert state(client, side) == {"state": status.value}


def test_paid_gift_shows_its_link(client):
    gift = start_gift(offer=GiftOfferFactory(), email="ada@example.org", message="Read well")
    side = StripeSide(gift.checkout)
    assert url_for(gift.reference) not in thanks(client, side).content.decode()
    record(side.session())
    page = thanks(client, side).content.decode()
    assert url_for(gift.reference) in page
    assert "Read well" in page


def test_renewed_membership_is_shown_by_its_first_period(client, side):
    record(side.session())
    record(side.invoice(1))
    first = Membership.objects.order_by("starts_on").first()
    beginning = thanks(client, side).context["beginning"]
    assert (beginning.starts_on, beginning.until) == (first.starts_on, first.ends_on)


def test_page_says_what_starts_and_what_is_paid_next(client, side):
    record(side.session())
    page = thanks(client, side).content.decode()
    until = date_format(Membership.objects.get().ends_on, "DATE_FORMAT")
    assert f"€15 on {until}" in page
    assert "The weekly letter" in page
    assert "http://localhost:8000/" in page


def test_offer_of_several_months_is_told_apart_from_what_comes_after(client):
    checkout = start_signup(plan=PlanFactory(amount=1500), amount=1500, email="ada@example.org").checkout
    side = StripeSide(checkout)
    record(side.session())
    Checkout.objects.update(first_amount=100, terms=checkout.terms | {"periods": "3"})
    page = thanks(client, side).content.decode()
    assert "€1 received" in page
    assert "€1 on" in page
    assert "€15 after the offer" in page


@pytest.mark.parametrize("path", ["/thanks/{}/", "/thanks/{}/status.json"])
def test_unknown_reference_is_not_found(client, path):
    assert client.get(path.format(uuid4())).status_code == 404


@pytest.mark.parametrize("path", ["/thanks/{}/", "/thanks/{}/status.json"])
def test_pages_only_show(client, side, path):
    response = client.post(path.format(side.checkout.reference))
    assert response.status_code == 405


@pytest.mark.parametrize("path", ["/thanks/{}/", "/thanks/{}/status.json"])
def test_state_is_never_kept_by_a_cache_and_sets_no_cookie(client, side, path):
    response = client.get(path.format(side.checkout.reference))
    assert "no-store" in response["Cache-Control"]
    assert dict(response.cookies) == {}
