"""One person, two subscriptions: when that is a mistake, and when it is not."""

from datetime import timedelta

import pytest

from members.models import Membership
from members.selling.joining import start_signup
from payments.enums import AlarmKind
from payments.models import Alarm, Payment, RefundProposal
from payments.proposing import dismiss_proposal
from payments.recording import record
from tests.factories.members import PlanFactory, UserFactory
from tests.support.books import assert_books
from tests.support.stories import join
from tests.support.stripe_side import StripeSide
from tests.support.threads import all_at_once

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("books")]


def side_of(plan, **when):
    return StripeSide(start_signup(plan=plan, amount=plan.amount, email="ada@example.org").checkout, **when)


def test_another_tier_is_no_mistake():
    join("ada@example.org")
    join("ada@example.org", plan=PlanFactory())
    assert (Membership.objects.count(), RefundProposal.objects.count()) == (2, 0)


def test_who_left_and_comes_back_before_the_end_is_a_member_anew():
    plan = PlanFactory()
    first = side_of(plan)
    record(first.session())
    record(first.subscription(is_ending=True))
    record(side_of(plan, paid_at=first.paid_at + timedelta(days=10)).session())
    assert (Membership.objects.count(), RefundProposal.objects.count()) == (2, 0)


def test_who_came_back_after_the_end_is_a_member_anew():
    plan = PlanFactory()
    first = side_of(plan)
    record(first.session())
    record(side_of(plan, paid_at=first.starts_at(1)).session())
    assert (Membership.objects.count(), RefundProposal.objects.count()) == (2, 0)


def test_whose_first_payment_went_back_is_a_member_by_the_second():
    plan = PlanFactory()
    first = side_of(plan)
    record(first.affairs(refunds=[first.refund(plan.amount)]))
    record(side_of(plan).session())
    assert RefundProposal.objects.count() == 0
    assert [membership.is_held for membership in Membership.objects.order_by("pk")] == [False, True]


def test_second_subscription_is_proposed_for_refund_at_each_renewal_until_it_is_ended():
    plan = PlanFactory()
    first, second = side_of(plan), side_of(plan)
    record(first.session())
    record(second.session())
    record(first.invoice(1))
    record(second.invoice(1))
    assert (
        Membership.objects.filter(subscription__stripe_id=first.subscription_facts().stripe_id).count() == 2
    )
    assert Membership.objects.count() == 2
    assert RefundProposal.objects.open().count() == 2
    assert Alarm.objects.open().filter(kind=AlarmKind.PAID_TWICE).count() == 2


def test_proposal_that_finance_dismisses_counts_after_all():
    plan, finance = PlanFactory(), UserFactory()
    record(side_of(plan).session())
    record(side_of(plan).session())
    proposal = RefundProposal.objects.get()
    dismiss_proposal(proposal=proposal, user=finance)
    dismiss_proposal(proposal=proposal, user=finance)
    assert Membership.objects.count() == 2
    proposal.refresh_from_db()
    assert proposal.dismissed_by == finance
    assert Alarm.objects.open().count() == 0


@pytest.mark.django_db(transaction=True)
def test_two_payments_recorded_at_the_same_moment_grant_once():
    plan = PlanFactory()
    asked = [
        start_signup(plan=plan, amount=plan.amount + extra, email="ada@example.org") for extra in range(5)
    ]
    snapshots = [StripeSide(signup.checkout).session() for signup in asked]
    assert all_at_once(lambda number: record(snapshots[number]), threads=5) == [None] * 5
    assert (Payment.objects.count(), Membership.objects.count()) == (5, 1)
    assert RefundProposal.objects.count() == 4
    assert_books()
