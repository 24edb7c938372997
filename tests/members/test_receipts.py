from datetime import UTC, datetime

import pytest

from members.models import User
from members.receipts import lines_of, payments_of, statement, years_of
from members.selling.joining import start_signup
from payments.enums import RefundStatus
from payments.models import Payment
from payments.money import Money
from payments.recording import record
from tests.factories.members import GiftOfferFactory, PlanFactory, TierFactory
from tests.support.stories import donate, give, join
from tests.support.stripe_side import StripeSide

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("books")]

MARCH = datetime(2026, 3, 1, 12, tzinfo=UTC)


def paid_and(*, refunds=(), disputes=(), paid_at=MARCH):
    """Somebody joined for €10 in March, and what became of the charge."""
    plan = PlanFactory(tier=TierFactory(name="Friend"))
    side = StripeSide(start_signup(plan=plan, amount=1000, email="ada@example.org").checkout, paid_at=paid_at)
    record(side.session())
    record(
        side.affairs(
            refunds=[side.refund(*how) for how in refunds], disputes=[side.dispute(how) for how in disputes]
        )
    )
    return payments_of(Payment.objects.get().user)


def told(lines):
    return [(line.what, line.money) for line in lines]


def test_receipt_says_what_was_bought_and_for_when():
    (payment,) = paid_and()
    assert told(lines_of(payment)) == [("Friend, 1 March 2026 to 1 April 2026", Money(1000, "EUR"))]


def test_receipt_of_a_gift():
    gift = give("ada@example.org", offer=GiftOfferFactory(tier__name="Friend", months=3, amount=2500))
    (payment,) = payments_of(gift.payment.user)
    assert told(lines_of(payment)) == [("Gift: 3 months of Friend", Money(2500, "EUR"))]


def test_what_went_back_is_a_line_of_its_own():
    (payment,) = paid_and(refunds=[(400,)])
    assert told(lines_of(payment))[1:] == [("Refund", Money(-400, "EUR"))]


def test_refund_that_failed_is_none():
    plan = PlanFactory()
    side = StripeSide(start_signup(plan=plan, amount=1000, email="ada@example.org").checkout)
    record(side.session())
    record(side.affairs(refunds=[side.refund(400, status=RefundStatus.FAILED)]))
    (payment,) = payments_of(User.objects.get(email="ada@example.org"))
    assert len(lines_of(payment)) == 1


@pytest.mark.parametrize(("status", "count"), [("needs_response", 1), ("won", 1), ("lost", 2)])
def test_only_a_lost_dispute_took_money_back(status, count):
    (payment,) = paid_and(disputes=[status])
    assert len(lines_of(payment)) == count


def test_statement_counts_what_moved_in_the_year_in_each_currency():
    join("ada@example.org", plan=PlanFactory(), paid_at=datetime(2025, 12, 31, 12, tzinfo=UTC), renewals=1)
    join("ada@example.org", plan=PlanFactory(currency="JPY", amount=1500), paid_at=MARCH)
    payments = list(payments_of(User.objects.get()))
    assert years_of(payments) == [2026, 2025]
    assert statement(payments, 2025).bought.totals == [Money(1000, "EUR")]
    assert statement(payments, 2026).bought.totals == [Money(1000, "EUR"), Money(1500, "JPY")]
    assert statement(payments, 2026).given.lines == []


def test_donations_stand_apart():
    join("ada@example.org", paid_at=MARCH)
    donate("ada@example.org", amount=Money(2500, "EUR"), paid_at=MARCH)
    found = statement(payments_of(User.objects.get()), 2026)
    assert (found.bought.totals, found.given.totals) == ([Money(1000, "EUR")], [Money(2500, "EUR")])


def test_year_begins_in_the_newsrooms_zone(settings):
    settings.TIME_ZONE = "Europe/Berlin"
    join("ada@example.org", paid_at=datetime(2025, 12, 31, 23, 30, tzinfo=UTC))
    assert years_of(payments_of(User.objects.get())) == [2026]
