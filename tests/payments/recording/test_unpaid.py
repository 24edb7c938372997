from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest

from members.selling.joining import start_signup
from payments.enums import Debt
from payments.models import Payment, UnpaidInvoice
from payments.recording import record
from tests.factories.members import PlanFactory
from tests.support.books import assert_books
from tests.support.rollback import rolled_back
from tests.support.stripe_side import StripeSide

pytestmark = pytest.mark.django_db


def paid_late(side, *, after, attempts=1):
    """invoice.paid of a renewal, so long after it was finalised."""
    told = side.invoice(1)
    finalized_at = side.unpaid_facts().failed_at
    invoice = replace(told.invoice, finalized_at=finalized_at, attempts=attempts)
    return replace(told, invoice=invoice, charge=replace(told.charge, paid_at=finalized_at + after))


def ended(side):
    at = side.starts_at(1) + timedelta(days=15)
    return side.subscription(status="canceled", is_ending=True, ended_at=at)


STORIES = {
    "recovered": (
        lambda side: [side.unpaid(), side.unpaid(attempts=2), paid_late(side, after=timedelta(days=7))]
    ),
    "lost": lambda side: [side.unpaid(), side.unpaid(attempts=2), ended(side)],
    "withdrawn": lambda side: [
        side.unpaid(),
        side.unpaid(state=Debt.VOID, settled_at=side.starts_at(1) + timedelta(days=2)),
        ended(side),
    ],
    "saved after its end": lambda side: [
        side.unpaid(),
        ended(side),
        paid_late(side, after=timedelta(days=20)),
    ],
}
ENDS = {
    "recovered": (Debt.RECOVERED, timedelta(days=7)),
    "lost": (Debt.LOST, timedelta(days=15) - timedelta(hours=1)),
    "withdrawn": (Debt.VOID, timedelta(days=2) - timedelta(hours=1)),
    "saved after its end": (Debt.RECOVERED, timedelta(days=20)),
}
"""What becomes of the invoice, and how long after it failed."""


@pytest.mark.parametrize("name", STORIES)
def test_ends_the_same_in_any_order_and_told_again(side, name):
    joined, told = side.session(), STORIES[name](side)
    state, after = ENDS[name]
    failed_at = side.unpaid_facts().failed_at
    for order in permutations(told):
        with rolled_back():
            record(joined)
            for snapshot in (*order, *order):
                record(snapshot)
            row = UnpaidInvoice.objects.get()
            assert (row.state, row.failed_at, row.settled_at) == (state, failed_at, failed_at + after), order
            assert row.payment == Payment.objects.filter(invoice_id=row.invoice_id).first()
            assert_books()


def test_open_invoice_tells_why_and_when_again(side):
    record(side.session())
    record(side.unpaid(needs_confirmation=True))
    row = UnpaidInvoice.objects.get()
    facts = side.unpaid_facts()
    assert (row.state, row.money, row.settled_at) == (Debt.OPEN, side.checkout.money, None)
    assert (row.needs_confirmation, row.page_url, row.decline_code) == (
        True, facts.page_url, "generic_decline",
    )  # fmt: skip
    assert (row.next_attempt_at, row.period_start) == (facts.next_attempt_at, side.starts_at(1))


def test_no_event_told_of_the_failures_but_the_payment_shows_them(side):
    record(side.session())
    record(paid_late(side, after=timedelta(minutes=1), attempts=2))
    assert UnpaidInvoice.objects.get().state == Debt.RECOVERED


def test_renewal_that_went_well_is_no_debt(side):
    record(side.session())
    record(paid_late(side, after=timedelta(minutes=5)))
    assert UnpaidInvoice.objects.count() == 0


def test_first_payment_is_no_debt_however_late_it_comes():
    plan = PlanFactory()
    side = StripeSide(start_signup(plan=plan, amount=plan.amount, email="ada@example.org").checkout)
    told = side.session()
    invoice = replace(told.invoice, finalized_at=told.charge.paid_at - timedelta(days=2), attempts=3)
    record(replace(told, invoice=invoice))
    assert UnpaidInvoice.objects.count() == 0
