from datetime import UTC, date, datetime

import pytest

from members.changes.returning import ask_to_return, remind_to_return
from members.models import Membership, OutgoingMail, ReturnReminder
from members.outbox.mailing import drain
from payments.models import Subscription
from tests.factories.members import PlanFactory
from tests.support.stories import join

pytestmark = pytest.mark.django_db

LEFT = date(2026, 8, 31)


@pytest.fixture
def gone():
    """Somebody whose membership of July is over, and who wants to hear from us."""
    join("ada@example.org", plan=PlanFactory(), paid_at=datetime(2026, 7, 1, 12, tzinfo=UTC))
    subscription = Subscription.objects.get()
    Subscription.objects.update(status="canceled")
    return remind_to_return(
        subscription=subscription, user=Membership.objects.get().user, months=6, today=LEFT
    )


def at(*day):
    return datetime(*day, 12, tzinfo=UTC)


def test_is_asked_once_on_the_day(gone, mailoutbox):
    assert gone.due_on == date(2027, 2, 28)
    assert ask_to_return(at(2027, 2, 27)) == 0
    assert [ask_to_return(at(2027, 2, 28)) for _ in range(2)] == [1, 0]
    OutgoingMail.objects.exclude(kind="come_back").delete()
    drain()
    assert [(mail.to, mail.subject) for mail in mailoutbox] == [
        (["ada@example.org"], "Would you come back to The Lantern?")
    ]


def test_another_choice_takes_the_place_of_the_first(gone):
    remind_to_return(subscription=gone.subscription, user=gone.user, months=3, today=LEFT)
    assert [each.due_on for each in ReturnReminder.objects.all()] == [date(2026, 11, 30)]


def test_who_is_back_is_not_asked(gone, mailoutbox):
    join("ada@example.org", plan=PlanFactory())
    ask_to_return(at(2027, 2, 28))
    OutgoingMail.objects.exclude(kind="come_back").delete()
    drain()
    assert (mailoutbox, OutgoingMail.objects.get().unsent) == ([], "obsolete")
