"""A new card, put in on Stripe's portal, pays what is owed at once; told by the reader, by Stripe, or by both."""

from datetime import timedelta

import pytest
from django.utils import timezone

from members.models import Membership
from payments import collecting
from payments.enums import QueueState
from payments.gateway import reading
from payments.models import CollectionRequest, Customer, Payment, Subscription, UnpaidInvoice
from payments.portal import open_portal
from tests.sandbox.browser import pay, visit
from tests.support.books import assert_agreed
from tests.support.clocked import FAILING, ClockedMember

pytestmark = pytest.mark.django_db

GOOD_CARD, DECLINING_CARD, ASKING_CARD = "4000056655665556", "4000000000000341", "4000002760003184"
BACK, SAVED = "https://news.example/back/", "https://news.example/saved/"


@pytest.fixture
def member(at_stripe, time_machine_now):
    return ClockedMember(at_stripe, time_machine_now)


@pytest.fixture
def owing(member):
    member.pay_by(FAILING)
    member.go_to(member.renewal())
    member.hear()
    member.go_on(days=2)
    collecting.drain()
    CollectionRequest.objects.all().delete()
    return member


def portal():
    return open_portal(Customer.objects.get(), BACK, True, saved_url=SAVED)


def put_in(number):
    """The reader's card, on Stripe's page, from which they come back."""
    page = pay(portal(), number=number)
    assert page.location == SAVED
    return timezone.now() - timedelta(seconds=1)


def outcomes():
    return list(CollectionRequest.objects.order_by("pk").values_list("outcome", "state", "is_asked"))


def failed_charges(member):
    return sum(charge.status == "failed" for charge in member.api.charges.list({"limit": 100}).data)


def test_reader_is_back_with_a_good_card_before_stripe_tells(owing):
    left_at = put_in(GOOD_CARD)
    asked = collecting.ask_collection(Subscription.objects.get(), since=left_at)
    collecting.drain()

    assert outcomes() == [("paid", "done", True)]
    assert (UnpaidInvoice.objects.get().state, Payment.objects.count()) == ("recovered", 2)
    assert (Subscription.objects.get().status, Subscription.objects.get().card_last4) == ("active", "5556")
    assert_agreed()

    owing.hear()
    collecting.drain()
    assert collecting.ask_collection(Subscription.objects.get(), since=left_at) == asked
    assert (Payment.objects.count(), Membership.objects.count()) == (2, 2)
    assert_agreed()


def test_stripe_tells_of_the_card_and_the_reader_never_comes_back(owing):
    put_in(GOOD_CARD)
    owing.hear()
    collecting.drain()
    assert outcomes()[0] == ("paid", "done", False)
    assert UnpaidInvoice.objects.get().state == "recovered"
    assert_agreed()


def test_card_that_is_declined_too_is_tried_once_however_often_we_hear_of_it(owing):
    before = failed_charges(owing)
    left_at = put_in(DECLINING_CARD)
    owing.hear()
    collecting.drain()
    collecting.ask_collection(Subscription.objects.get(), since=left_at)
    owing.api.customers.update(owing.customer, {"name": "Ada Lovelace"})
    owing.hear()
    collecting.drain()

    assert outcomes() == [("declined", "done", False)] * 2
    assert UnpaidInvoice.objects.get().state == "open"
    assert failed_charges(owing) == before + 1


def test_bank_that_wants_the_reader_to_confirm(owing):
    # The bank asks when the card is saved, too; here it is there already.
    owing.pay_by("pm_card_authenticationRequired")
    collecting.ask_collection(Subscription.objects.get(), since=timezone.now())
    collecting.drain()
    assert outcomes() == [("confirm", "done", True)]
    assert UnpaidInvoice.objects.get().needs_confirmation


def test_request_that_dies_after_stripe_was_asked_pays_once(owing, monkeypatch):
    left_at = put_in(GOOD_CARD)
    collecting.ask_collection(Subscription.objects.get(), since=left_at)
    with monkeypatch.context() as patch:
        patch.setattr(reading, "snapshot_of_invoice", lambda invoice_id: 1 / 0)
        collecting.drain()
    assert outcomes() == [("", "pending", True)]
    assert "ZeroDivisionError" in CollectionRequest.objects.get().error

    owing.go_on(minutes=1)
    collecting.drain()
    assert outcomes() == [("paid", "done", True)]
    assert Payment.objects.count() == 2
    assert_agreed()


def test_new_card_without_a_debt_pays_from_now_on_and_nothing_now(member):
    member.go_on(minutes=1)
    [old] = member.api.payment_methods.list({"customer": member.customer}).data
    left_at = put_in(GOOD_CARD)
    # Stripe's own portal changes the customer's card alone.
    member.api.subscriptions.update(member.subscription.stripe_id, {"default_payment_method": old.id})
    collecting.ask_collection(member.subscription, since=left_at)
    collecting.drain()
    assert outcomes() == [("nothing", "done", True)]
    assert (member.subscription.card_last4, Payment.objects.count()) == ("5556", 1)


def test_asked_again_while_it_waits_it_is_one_request(owing):
    subscription = Subscription.objects.get()
    first = collecting.ask_collection(subscription, since=timezone.now())
    second = collecting.ask_collection(subscription, since=timezone.now() + timedelta(hours=1))
    assert first == second
    assert CollectionRequest.objects.filter(state=QueueState.PENDING).count() == 1


def test_portal_for_the_card_shows_nothing_else(member):
    whole, card = open_portal(Customer.objects.get(), BACK), portal()
    assert ("Invoices" in visit(whole).text, "Invoices" in visit(card).text) == (True, False)
    assert BACK in visit(card).html
    configurations = member.api.billing_portal.configurations.list({"limit": 100}).data
    assert len(configurations) == 2
    portal()
    assert len(member.api.billing_portal.configurations.list({"limit": 100}).data) == 2
