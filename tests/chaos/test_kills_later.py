"""The points of a membership's later life at which a process may die, and what is true afterwards by itself."""

import os
from datetime import timedelta

import pytest
from django.utils import timezone

from members.changes.changing import pause
from members.contributions.contributing import start_contribution
from members.enums import ActorKind, ChangeKind
from members.models import Contribution, MembershipChange, User
from members.periods import same_time_months_later
from members.selling.publishing import publish
from payments import catalogue, collecting
from payments.models import CatalogueItem, CollectionRequest, Payment, Subscription, UnpaidInvoice
from payments.money import Money
from payments.recording.cards import request_collection
from tests.chaos.dying import die_at, let_leases_run_out, start_again, work
from tests.factories.members import PlanFactory
from tests.support.books import assert_agreed
from tests.support.clocked import FAILING, ClockedMember

KILLS = int(os.environ.get("CHAOS_KILLS", "2"))
"""At each point; `make chaos` wants fifty."""

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(600)]

CHANGING = ("change.asked", "change.made_at_stripe")
COLLECTING = ("collecting.card_changed", "collecting.paid")
LIVES = {*CHANGING, *COLLECTING, "contribution.written", "catalogue.made"}


@pytest.mark.parametrize("point", CHANGING)
def test_reader_asks_again_for_what_was_not_answered(point, at_stripe):
    plan = PlanFactory()
    for number in range(KILLS):
        at_stripe.join(f"reader{number}@example.org", plan=plan)
    at_stripe.tell()
    for subscription in Subscription.objects.all():
        ada, ends_at = subscription.checkout.user, subscription.current_period_end
        die_at(point, lambda held=subscription, who=ada: pause(subscription=held, months=1, actor=who))
        if point == "change.asked":
            pause(subscription=Subscription.objects.get(pk=subscription.pk), months=1, actor=ada)
        at_stripe.tell()
        subscription.refresh_from_db()
        assert subscription.trial_ends_at == same_time_months_later(ends_at, 1)

    paused = MembershipChange.objects.filter(kind=ChangeKind.PAUSED)
    assert list(paused.values_list("actor_kind", "failed_at")) == [(ActorKind.READER, None)] * KILLS
    assert paused.filter(done_at=None).count() == 0
    assert_agreed()


@pytest.mark.parametrize("point", COLLECTING)
def test_worker_dies_with_a_new_card_in_its_hands(point, at_stripe, time_machine_now):
    member = ClockedMember(at_stripe, time_machine_now)
    member.pay_by(FAILING)
    member.go_to(member.renewal())
    member.hear()
    CollectionRequest.objects.all().delete()
    card = member.pay_by("pm_card_visa")
    member.api.customers.update(member.customer, {"invoice_settings": {"default_payment_method": card}})
    request_collection(member.subscription, is_asked=True)
    die_at(point, collecting.drain)
    let_leases_run_out()
    collecting.drain()
    member.hear()

    assert [payment.amount for payment in Payment.objects.all()] == [1000, 1000]
    assert UnpaidInvoice.objects.open().count() == 0
    assert_agreed()


def test_donor_whose_click_got_no_answer_clicks_again(at_stripe):
    def ask(email):
        return start_contribution(email=email, amount=Money(1500, "EUR")).checkout

    for number in range(KILLS):
        email = f"donor{number}@example.org"
        die_at("contribution.written", lambda email=email: ask(email))
        at_stripe.pay(ask(email))
    start_again()

    assert Contribution.objects.count() == Payment.objects.count() == KILLS
    assert_agreed()


def test_what_is_sold_is_made_once_at_stripe(at_stripe):
    for _ in range(KILLS):
        PlanFactory()
    publish()
    die_at("catalogue.made", catalogue.drain)
    let_leases_run_out()
    CatalogueItem.objects.update(next_try_at=timezone.now() - timedelta(minutes=1))
    work()

    assert len(at_stripe.api.products.list({"limit": 100}).data) == KILLS
    assert len(at_stripe.api.prices.list({"limit": 100}).data) == KILLS
    assert (publish(), User.objects.count()) == (0, 0)
