"""Notices about what is ahead: at the right time, once per date, and not to whom it does not concern."""

from datetime import UTC, date, datetime

import pytest
from django.core import mail

from members.dues import notices
from members.models import OutgoingMail
from members.outbox import mailing
from members.selling.joining import start_signup
from payments.enums import Interval, Rest
from payments.models import Subscription
from payments.recording import record
from tests.factories.members import PlanFactory
from tests.support.stripe_side import StripeSide

pytestmark = pytest.mark.django_db


@pytest.fixture
def yearly(time_machine_now):
    """A yearly member whose next payment is on 1 March 2028."""
    time_machine_now.move_to("2027-03-01T12:00Z")
    plan = PlanFactory(interval=Interval.YEAR, amount=5000, tier__name="Lantern member")
    record(StripeSide(start_signup(plan=plan, amount=5000, email="ada@example.org").checkout).session())
    mailing.drain()
    return time_machine_now


def written(clock, instant):
    clock.move_to(instant)
    mail.outbox.clear()
    notices.owe_notices()
    mailing.drain()
    return [each.subject for each in mail.outbox]


def change(**fields):
    Subscription.objects.update(**fields)


def test_yearly_payment_is_told_seven_days_ahead_and_once(yearly):
    assert written(yearly, "2028-02-23T11:00Z") == []
    assert written(yearly, "2028-02-23T13:00Z") == ["€50 to The Lantern on 1 March 2028"]
    body = mail.outbox[0].body
    assert "On 1 March 2028 we take €50 for the next year of your membership (Lantern member)." in body
    assert "cancel" in body
    assert "/account/" in body
    assert written(yearly, "2028-02-29T13:00Z") == []


@pytest.mark.parametrize(
    "state",
    [
        {"is_ending": True},
        {"is_paused": True},
        {"status": "trialing", "rest": Rest.PAUSE},
        {"status": "past_due"},
        {"interval": Interval.MONTH},
    ],
)
def test_nobody_hears_of_a_yearly_payment_that_does_not_come(yearly, state):
    change(**state)
    assert written(yearly, "2028-02-28T12:00Z") == []


def test_notice_that_was_owed_is_not_sent_to_who_cancelled_meanwhile(yearly):
    yearly.move_to("2028-02-24T12:00Z")
    notices.owe_notices()
    change(is_ending=True)
    assert written(yearly, "2028-02-24T12:01Z") == []
    assert OutgoingMail.objects.get(kind="renewal_ahead").unsent == "obsolete"


def test_card_that_expires_before_it_is_needed_is_told_thirty_days_ahead_and_once(yearly):
    change(card_expires_on=date(2027, 12, 1))
    assert written(yearly, "2027-10-31T12:00Z") == []
    assert written(yearly, "2027-11-01T12:00Z") == ["Your card for The Lantern expires soon"]
    assert "is good until the end of November 2027" in mail.outbox[0].body
    assert "/card/" in mail.outbox[0].body
    assert written(yearly, "2027-11-20T12:00Z") == []
    change(card_expires_on=date(2028, 2, 1))
    assert written(yearly, "2028-01-10T12:00Z") == ["Your card for The Lantern expires soon"]


def test_card_that_is_good_for_the_next_payment_is_no_news(yearly):
    change(card_expires_on=date(2028, 4, 1), current_period_end=datetime(2028, 3, 31, 12, tzinfo=UTC))
    assert written(yearly, "2028-03-05T12:00Z") == []
    change(current_period_end=datetime(2029, 3, 31, 12, tzinfo=UTC))
    assert written(yearly, "2028-03-05T12:00Z") == ["Your card for The Lantern expires soon"]


def test_card_changed_before_the_mail_went_out_ends_it(yearly):
    change(card_expires_on=date(2027, 12, 1))
    yearly.move_to("2027-11-10T12:00Z")
    notices.owe_notices()
    change(card_expires_on=date(2031, 12, 1))
    assert written(yearly, "2027-11-10T12:01Z") == []
