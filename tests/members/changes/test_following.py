"""What is written down of money that goes back, and what the reader's story says of it."""

import pytest

from members.changes.history import story_of
from members.changes.story import tell
from members.enums import ChangeKind
from members.models import Membership, User
from members.selling.joining import start_signup
from payments.enums import RefundStatus
from payments.recording import record
from tests.factories.members import PlanFactory
from tests.support.books import assert_books
from tests.support.stripe_side import StripeSide

pytestmark = pytest.mark.django_db


@pytest.fixture
def side():
    paid = StripeSide(start_signup(plan=PlanFactory(), amount=1000, email="ada@example.org").checkout)
    record(paid.session())
    return paid


def kinds():
    return [change.kind for change in story_of(User.objects.get())][::-1]


def test_refund_that_comes_back_gives_back_what_it_took(side):
    record(side.affairs(refunds=[side.refund(1000)]))
    assert (kinds(), Membership.objects.held().count()) == ([ChangeKind.JOINED, ChangeKind.REFUNDED], 0)
    record(side.affairs(refunds=[side.refund(1000, status=RefundStatus.FAILED)]))
    assert (kinds()[2:], Membership.objects.held().count()) == ([ChangeKind.REFUND_UNDONE], 1)
    assert_books()


def test_part_that_is_given_back_changes_nothing(side):
    record(side.affairs(refunds=[side.refund(400)]))
    assert kinds() == [ChangeKind.JOINED]


@pytest.mark.parametrize(
    ("outcome", "kind", "held", "words"),
    [
        ("won", ChangeKind.DISPUTE_WON, 1, "left the payment with us"),
        ("lost", ChangeKind.DISPUTE_LOST, 0, "took the payment back"),
    ],
)
def test_dispute_is_told_from_its_beginning_to_its_end(side, outcome, kind, held, words):
    record(side.affairs(disputes=[side.dispute("needs_response")]))
    record(side.affairs(disputes=[side.dispute("needs_response")]))
    record(side.affairs(disputes=[side.dispute(outcome)]))
    assert kinds() == [ChangeKind.JOINED, ChangeKind.DISPUTED, kind]
    assert Membership.objects.held().count() == held
    assert words in tell(story_of(User.objects.get())[0]).what
    assert_books()
