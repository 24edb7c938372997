from datetime import timedelta

import pytest
from django.utils import timezone

from members.changes.history import story_of
from members.enums import ChangeKind, Origin
from members.importing import adopting
from members.importing.running import run_import, start_import
from members.models import (
    ImportedCustomer,
    ImportedProduct,
    ImportedSubscription,
    Membership,
    OutgoingMail,
    Signup,
    User,
)
from members.periods import day_of
from payments.enums import QueueState, Standing
from payments.gateway import adopting as gateway
from payments.gateway.facts import GatewayError
from payments.gateway.opening import metadata_of
from payments.models import Checkout, Customer, LedgerEntry, Payment, Subscription
from payments.reconciling.walking import walk
from tests.factories.members import PlanFactory, TierFactory, UserFactory
from tests.factories.payments import CustomerFactory
from tests.support import exports
from tests.support.books import assert_books
from tests.support.elsewhere import SoldElsewhere
from tests.support.words import words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("books")]


@pytest.fixture
def gold():
    return TierFactory(name="Gold", slug="gold")


@pytest.fixture
def plan(gold):
    return PlanFactory(tier=gold, amount=1000)


@pytest.fixture
def ghost(at_stripe, time_machine_now):
    return SoldElsewhere(at_stripe, time_machine_now)


def bring(*customers):
    """Each as (address, customer); then a worker reads them."""
    lines = [
        {"id": customer, "email": email, "stripe_customer_id": customer, "tiers": "Gold"}
        for email, customer in customers
    ]
    made = start_import(raw=exports.ghost(*lines), file_name="ghost.csv", actor=None)
    run_import(made, actor=None)
    adopting.drain()
    return made


def decide(tier, product=None):
    product = product or ImportedProduct.objects.get()
    adopting.decide_products({product: tier})
    adopting.drain()


def test_nothing_is_taken_over_before_staff_say_that_it_is_a_membership(ghost, plan):
    customer = ghost.customer()
    subscription = ghost.subscription(customer, ghost.product("Mug of the month"))
    bring(("bo@x.io", customer))
    product = ImportedProduct.objects.get()
    assert (product.name, product.tier) == ("Mug of the month", None)
    left = ImportedSubscription.objects.get()
    assert (left.stripe_id, left.checkout, left.amount, left.refused) == (subscription, None, 1000, "")
    assert ImportedCustomer.objects.get().state == QueueState.DONE
    assert (Checkout.objects.count(), Membership.objects.count()) == (0, 0)
    metadata = ghost.api.subscriptions.retrieve(subscription).metadata.to_dict()
    assert metadata == {"ghost": "yes"}
    assert Customer.objects.get().user.email == "bo@x.io"


def test_subscription_taken_over_stands_as_if_it_had_been_sold_here(ghost, gold, plan):
    customer = ghost.customer()
    stripe_id = ghost.subscription(customer, ghost.product())
    bring(("bo@x.io", customer))
    decide(gold)
    checkout, subscription = Checkout.objects.get(), Subscription.objects.get()
    metadata = ghost.api.subscriptions.retrieve(stripe_id).metadata.to_dict()
    assert metadata == {"ghost": "yes"} | metadata_of(checkout)
    assert (metadata["groundswell_origin"], metadata["groundswell_tier"]) == ("import", "gold")
    facts = (subscription.stripe_id, subscription.checkout, subscription.customer.user)
    assert facts == (stripe_id, checkout, User.objects.get())
    assert (Signup.objects.get().plan, Signup.objects.get().is_open) == (plan, False)
    membership = Membership.objects.get()
    assert (membership.origin, membership.tier, membership.subscription) == (
        Origin.IMPORT,
        gold,
        subscription,
    )
    assert membership.ends_on == day_of(subscription.current_period_end)
    assert membership.is_active


def test_subscription_taken_over_renews_like_any_other(ghost, gold, plan, client):
    customer = ghost.customer()
    ghost.subscription(customer, ghost.product())
    bring(("bo@x.io", customer))
    decide(gold)
    user, first, subscription = User.objects.get(), Membership.objects.get(), Subscription.objects.get()

    # What was paid before is none of ours, whether its event comes late or a walk finds it.
    ghost.hear()
    walk()
    assert Payment.objects.count() == 0
    assert_books()

    ghost.go_to(subscription.current_period_end + timedelta(hours=2))
    ghost.hear()
    payment = Payment.objects.get()
    facts = (payment.amount, payment.user, payment.subscription, payment.standing)
    assert facts == (1000, user, subscription, Standing.HELD)
    renewed = Membership.objects.get(payment=payment)
    assert (renewed.origin, renewed.tier, renewed.starts_on) == (Origin.PAID, gold, first.ends_on)
    assert [change.kind for change in story_of(user)] == [ChangeKind.RENEWED, ChangeKind.IMPORTED]
    assert OutgoingMail.objects.count() == 0
    assert_books()

    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    account = words(client, "/account/")
    assert ("Gold" in account, "€10" in account) == (True, True)


def test_past_payment_that_is_refunded_later_stays_out_of_our_payments(ghost, gold, plan):
    customer = ghost.customer()
    ghost.subscription(customer, ghost.product())
    bring(("bo@x.io", customer))
    decide(gold)
    charge = ghost.api.charges.list({"customer": customer}).data[0]
    ghost.api.refunds.create({"charge": charge.id})
    ghost.hear()
    assert Payment.objects.count() == 0
    assert LedgerEntry.objects.count() > 0  # in suspense, as all that is not ours
    assert Membership.objects.get().is_active


def test_product_says_the_tier_of_a_renewal_whatever_it_costs(ghost, gold, plan):
    silver = PlanFactory(tier=TierFactory(slug="silver"), amount=500).tier
    customer = ghost.customer()
    product = ghost.product()
    stripe_id = ghost.subscription(customer, product)
    bring(("bo@x.io", customer))
    decide(silver)
    price = {"product": product, "unit_amount": 5000, "currency": "eur", "recurring": {"interval": "month"}}
    item = ghost.api.subscriptions.retrieve(stripe_id)["items"].data[0].id
    ghost.api.subscriptions.update(
        stripe_id, {"items": [{"id": item, "price_data": price}], "proration_behavior": "none"}
    )
    ghost.go_to(Subscription.objects.get().current_period_end + timedelta(hours=2))
    ghost.hear()
    payment = Payment.objects.get()
    assert (payment.amount, payment.membership.tier) == (5000, silver)


def test_whose_last_charge_failed_is_a_member_again_when_it_is_made_good(ghost, gold, plan):
    customer = ghost.customer()
    stripe_id = ghost.subscription(customer, ghost.product())
    failing = ghost.api.payment_methods.attach("pm_card_chargeCustomerFail", {"customer": customer})
    ghost.api.subscriptions.update(stripe_id, {"default_payment_method": failing.id})
    ghost.go_to(timezone.now() + timedelta(days=32))
    bring(("bo@x.io", customer))
    decide(gold)
    subscription = Subscription.objects.get()
    assert subscription.status == "past_due"
    assert not Membership.objects.get().is_active
    good = ghost.api.payment_methods.attach("pm_card_visa", {"customer": customer})
    ghost.api.subscriptions.update(stripe_id, {"default_payment_method": good.id})
    ghost.api.invoices.pay(ghost.api.subscriptions.retrieve(stripe_id).latest_invoice)
    ghost.hear()
    assert Payment.objects.get().membership.is_active
    assert OutgoingMail.objects.filter(kind="welcome").count() == 0


def test_who_was_about_to_leave_still_is(ghost, gold, plan):
    customer = ghost.customer()
    ghost.subscription(customer, ghost.product(), cancel_at_period_end=True)
    bring(("bo@x.io", customer))
    decide(gold)
    assert Subscription.objects.get().is_ending
    kinds = {change.kind for change in story_of(User.objects.get())}
    assert kinds == {ChangeKind.IMPORTED, ChangeKind.CANCELLED}


def test_taken_over_in_the_middle_of_a_failure_it_is_done_once(ghost, gold, plan, monkeypatch):
    customer = ghost.customer()
    stripe_id = ghost.subscription(customer, ghost.product())
    bring(("bo@x.io", customer))

    def marked_and_lost(subscription_id, checkout):
        gateway.mark_as_ours(subscription_id, checkout)
        raise GatewayError("the answer was lost")

    monkeypatch.setattr(adopting, "mark_as_ours", marked_and_lost)
    decide(gold)
    row = ImportedCustomer.objects.get()
    assert (row.state, row.error) == (QueueState.PENDING, "GatewayError: the answer was lost")
    monkeypatch.undo()
    for _ in range(2):
        adopting.retry(ImportedCustomer.objects.all())
        adopting.drain()
    assert ImportedCustomer.objects.get().state == QueueState.DONE
    counts = [model.objects.count() for model in (Checkout, Signup, Membership, Subscription)]
    assert counts == [1, 1, 1, 1]
    adopted = ImportedSubscription.objects.get()
    assert (adopted.stripe_id, adopted.adopted_at is not None) == (stripe_id, True)


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ({"interval": "week"}, "It is not charged monthly or yearly."),
        ({"count": 3}, "It is not charged monthly or yearly."),
        ({"currency": "usd"}, "Gold has no plan by the month in USD."),
        (
            {"collection_method": "send_invoice", "days_until_due": 30},
            "It is paid by invoice, not charged by itself.",
        ),
    ],
)
def test_what_cannot_be_taken_over_is_said_and_left_alone(ghost, gold, plan, how, why):
    customer = ghost.customer()
    ghost.subscription(customer, ghost.product(), **how)
    bring(("bo@x.io", customer))
    decide(gold)
    left = ImportedSubscription.objects.get()
    assert left.refused.startswith(why)
    assert (left.checkout, Checkout.objects.count(), Membership.objects.count()) == (None, 0, 0)


def test_plan_that_was_missing_can_be_made_and_tried_again(ghost, gold):
    customer = ghost.customer()
    ghost.subscription(customer, ghost.product())
    bring(("bo@x.io", customer))
    decide(gold)
    assert "Make one, then try again." in ImportedSubscription.objects.get().refused
    PlanFactory(tier=gold, is_active=False)
    adopting.retry(ImportedCustomer.objects.all())
    adopting.drain()
    assert ImportedSubscription.objects.get().adopted_at
    assert Membership.objects.get().tier == gold


@pytest.mark.parametrize("customer", ["cus_nobody", "deleted"])
def test_customer_that_stripe_does_not_know_is_told_at_once(ghost, gold, plan, customer):
    if customer == "deleted":
        customer = ghost.customer()
        ghost.api.customers.delete(customer)
    bring(("bo@x.io", customer))
    row = ImportedCustomer.objects.get()
    assert row.state == QueueState.PARKED
    assert "Stripe" in row.error


def test_customer_who_has_become_somebody_elses_is_not_taken(ghost, gold, plan):
    customer = ghost.customer()
    ghost.subscription(customer, ghost.product())
    made = start_import(
        raw=exports.ghost({"id": "1", "email": "bo@x.io", "stripe_customer_id": customer}),
        file_name="ghost.csv",
        actor=None,
    )
    run_import(made, actor=None)
    CustomerFactory(stripe_id=customer, user=UserFactory(email="eve@x.io"))
    adopting.drain()
    row = ImportedCustomer.objects.get()
    assert (row.state, "belongs to eve@x.io" in row.error) == (QueueState.PARKED, True)
    assert ImportedSubscription.objects.count() == 0


def test_stripe_away_is_tried_again(ghost, gold, plan, at_stripe, settings):
    customer = ghost.customer()
    here = settings.STRIPE_API_BASE
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"
    bring(("bo@x.io", customer))
    row = ImportedCustomer.objects.get()
    assert (row.state, row.attempts) == (QueueState.PENDING, 1)
    assert row.error.startswith("GatewayError")
    settings.STRIPE_API_BASE = here
    adopting.retry(ImportedCustomer.objects.all())
    adopting.drain()
    assert ImportedCustomer.objects.get().state == QueueState.DONE


def test_what_was_sold_here_before_is_recorded_as_it_was(at_stripe, plan, settings):
    at_stripe.join("ada@x.io", plan=plan)
    at_stripe.tell()
    customer = at_stripe.api.customers.list().data[0].id
    bring(("ada@x.io", customer))
    assert ImportedSubscription.objects.count() == 0
    assert Membership.objects.get().origin == Origin.PAID
    settings.SITE_URL = "https://elsewhere.example"
    ImportedCustomer.objects.update(state=QueueState.PENDING)
    adopting.drain()
    assert "Another Groundswell takes care of it" in ImportedSubscription.objects.get().refused
