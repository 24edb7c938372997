"""Renewals that fail, on Stripe's test clocks: what we know of them, however we come to hear."""

from datetime import timedelta

import pytest

from members.memberships.access import grace_of, has_access
from members.models import Membership, User
from payments.enums import Debt
from payments.models import UnpaidInvoice
from tests.support.at_stripe import walked
from tests.support.books import assert_agreed
from tests.support.clocked import ASKING, FAILING, GOOD, ClockedMember

pytestmark = pytest.mark.django_db


@pytest.fixture
def member(at_stripe, time_machine_now):
    return ClockedMember(at_stripe, time_machine_now)


def owed():
    return list(UnpaidInvoice.objects.values_list("state", "attempts", "decline_code", "needs_confirmation"))


def test_walk_finds_a_failed_renewal_that_no_event_told_of_and_how_it_ended(member, at_stripe):
    member.pay_by(FAILING)
    member.go_to(member.renewal())
    walked(at_stripe)
    assert owed() == [("open", 1, "generic_decline", False)]
    assert member.subscription.status == "past_due"

    member.pay_by(GOOD)
    member.go_on(days=5)
    walked(at_stripe)
    [row] = UnpaidInvoice.objects.all()
    assert (row.state, row.payment.invoice_id, row.settled_at - row.failed_at) == (
        Debt.RECOVERED, row.invoice_id, timedelta(days=3),
    )  # fmt: skip
    assert Membership.objects.count() == 2
    assert_agreed()


def test_bank_that_asks_to_confirm(member):
    member.pay_by(ASKING)
    member.go_to(member.renewal())
    member.hear()
    assert owed() == [("open", 1, "", True)]


@pytest.mark.parametrize(("act", "state"), [("void_invoice", "void"), ("mark_uncollectible", "lost")])
def test_staff_let_it_go_at_stripe(member, act, state):
    member.pay_by(FAILING)
    member.go_to(member.renewal())
    member.hear()
    member.go_on(hours=1)
    getattr(member.api.invoices, act)(UnpaidInvoice.objects.get().invoice_id)
    member.hear()
    assert [each[0] for each in owed()] == [state]


def test_grace_is_access_for_fifteen_days_and_no_membership(member):
    member.pay_by(FAILING)
    period_end = member.subscription.current_period_end.date()
    user = User.objects.get()
    member.go_to(member.renewal())
    member.hear()
    days = [period_end + timedelta(days=number) for number in (-1, 0, 14, 15)]
    assert [has_access(user, day) for day in days] == [True, True, True, False]
    grace = grace_of(user, period_end)
    assert (grace.tier, grace.ends_on) == (Membership.objects.get().tier, period_end + timedelta(days=15))

    member.go_on(days=16)
    member.hear()
    assert not has_access(user, period_end)
