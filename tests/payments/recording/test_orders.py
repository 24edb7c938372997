"""All that happens to one payment, told in every order, also from readings that are stale by then: one end."""

import pytest
from hypothesis import given, settings, strategies as st

from members.models import Membership
from members.selling.joining import start_signup
from payments.enums import RefundStatus, Standing
from payments.models import BalanceTransaction, Checkout, Dispute, LedgerEntry, Payment, Refund, Subscription
from payments.recording import record
from tests.factories.members import PlanFactory
from tests.support.books import assert_books
from tests.support.rollback import rolled_back
from tests.support.stripe_side import StripeSide

pytestmark = pytest.mark.django_db


def life(*, is_won: bool):
    """Six readings of a membership, oldest first: paid, partly refunded, not after all, disputed, decided, left."""
    checkout = start_signup(plan=PlanFactory(), amount=1000, email="ada@example.org").checkout
    side = StripeSide(checkout)
    sent, failed = side.refund(400), side.refund(400, status=RefundStatus.FAILED)
    return [
        side.session(),
        side.affairs(refunds=[sent]),
        side.affairs(refunds=[failed]),
        side.affairs(refunds=[failed], disputes=[side.dispute("needs_response")]),
        side.affairs(refunds=[failed], disputes=[side.dispute("won" if is_won else "lost")]),
        side.subscription(status="canceled", is_ending=True),
    ]


def end():
    """How it stands, without ids and times of ours."""
    return {
        "entries": sorted(LedgerEntry.objects.values_list("kind", "source", "effective_at")),
        "lines": sorted(LedgerEntry.objects.values_list("source", "postings__account", "postings__amount")),
        "movements": sorted(BalanceTransaction.objects.values_list("stripe_id", "net")),
        "payments": sorted(Payment.objects.values_list("charge_id", "amount", "standing", "paid_at")),
        "refunds": sorted(Refund.objects.values_list("stripe_id", "status", "amount")),
        "disputes": sorted(Dispute.objects.values_list("stripe_id", "status", "amount")),
        "subscriptions": sorted(Subscription.objects.values_list("stripe_id", "status", "is_ending")),
        "memberships": sorted(Membership.objects.values_list("starts_on", "ends_on", "payment__charge_id")),
        "checkouts": list(Checkout.objects.values_list("status", flat=True)),
    }


def told(snapshots):
    with rolled_back():
        for snapshot in snapshots:
            record(snapshot)
        return end()


@pytest.mark.parametrize("is_won", [True, False])
def test_readings_in_their_order_leave_books_that_can_be(is_won):
    with rolled_back():
        for snapshot in life(is_won=is_won):
            record(snapshot)
            assert_books()
        assert Payment.objects.get().standing == (Standing.HELD if is_won else Standing.RETURNED)


@pytest.mark.timeout(600)
def test_up_to_six_readings_end_the_same_in_every_order():
    """Walks the tree of all orders: at each node, some readings were told; whatever order led there, one end."""
    story = life(is_won=False)
    ends = {}

    def tell(before):
        for number in set(range(len(story))) - set(before):
            with rolled_back():
                record(story[number])
                now = (*before, number)
                found = end()
                assert found == ends.setdefault(frozenset(now), found), now
                tell(now)

    tell(())
    assert len(ends) == 2 ** len(story) - 1


@settings(max_examples=20)
@given(order=st.lists(st.integers(0, 5), max_size=14))
def test_readings_may_come_again_and_again(order):
    with rolled_back():
        story = life(is_won=True)
        wanted = told(story)
        assert told([story[number] for number in order] + story) == wanted
