"""Who is written to about a failed payment, on which days, and in which words. Time alone decides."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from members.changes.story import tell
from members.dues import dunning
from members.enums import ChangeKind, MailKind
from members.mails.cast import USUAL
from members.mails.owing import _sample, failed_letter, lost_letter
from members.models import MembershipChange, OutgoingMail
from members.outbox import mailing
from members.selling.joining import start_signup
from payments.enums import Debt
from payments.models import Subscription, UnpaidInvoice
from payments.recording import record
from tests.factories.members import PlanFactory
from tests.support.stories import join
from tests.support.stripe_side import StripeSide

pytestmark = pytest.mark.django_db


@pytest.fixture
def failed(time_machine_now):
    """Stripe's side of a member whose renewal has just failed."""
    plan = PlanFactory(tier__name="Lantern member")
    side = StripeSide(start_signup(plan=plan, amount=1000, email="ada@example.org").checkout)
    record(side.session())
    time_machine_now.move_to(side.unpaid_facts().failed_at + timedelta(minutes=1))
    record(side.unpaid())
    side.clock = time_machine_now
    return side


def written():
    """The mails about failed payments that went out since the last look: subject, text."""
    dunning.owe_notices()
    mailing.drain()
    sent, mail.outbox = mail.outbox, []
    return [(each.subject, each.body) for each in sent if "a payment did not go through" in each.body]


def on_day(side, number, **hours):
    side.clock.move_to(side.unpaid_facts().failed_at + timedelta(days=number, minutes=1, **hours))
    return written()


def test_four_mails_that_say_more_each_time_and_then_that_it_is_over(failed):
    days = {number: on_day(failed, number) for number in range(17)}
    subjects = {number: [subject for subject, _ in sent] for number, sent in days.items() if sent}
    last = UnpaidInvoice.objects.get().last_day_of_grace
    assert subjects == {
        0: ["Your payment to The Lantern did not go through"],
        3: ["Your payment to The Lantern is still open"],
        7: ["Keep your membership of The Lantern: it needs another card"],
        14: [f"Last notice: your membership of The Lantern ends after {last:%-d %B %Y}"],
        15: ["Your membership of The Lantern has ended"],
    }
    for sent in days.values():
        for _, body in sent:
            assert "No money was taken" in body
    assert f"you have access until {last:%-d %B %Y}" in days[0][0][1]
    assert "/card/" in days[0][0][1]


def test_each_mail_once_however_often_it_is_asked_for_and_recorded(failed):
    assert len(written()) == 1
    record(failed.unpaid(attempts=2))
    assert written() == []


@pytest.mark.parametrize(
    "end",
    [
        lambda side: side.invoice(1),
        lambda side: side.unpaid(state=Debt.VOID, settled_at=timezone.now()),
        lambda side: side.subscription(status="past_due", is_ending=True),
        lambda side: side.subscription(status="past_due", is_paused=True),
    ],
    ids=["paid", "withdrawn", "cancelled", "paused"],
)
def test_nobody_is_written_to_about_what_is_solved_even_if_the_mail_was_owed(failed, end):
    dunning.owe_notices()
    failed.read_at = timezone.now()
    record(end(failed))
    assert written() == []
    assert OutgoingMail.objects.get(kind=MailKind.PAYMENT_FAILED).unsent == "obsolete"
    assert [on_day(failed, number) for number in (3, 7, 14, 15)] == [[], [], [], []]


def test_what_we_hear_of_late_is_told_on_the_next_of_its_days(failed):
    UnpaidInvoice.objects.update(failed_at=timezone.now() - timedelta(days=5))
    assert written() == []
    UnpaidInvoice.objects.update(failed_at=timezone.now() - timedelta(days=7))
    assert [subject for subject, _ in written()] == [
        "Keep your membership of The Lantern: it needs another card"
    ]


def test_mail_that_waited_too_long_gives_way_to_the_next(failed):
    dunning.owe_notices()
    failed.clock.shift(timedelta(days=3))
    assert [subject for subject, _ in written()] == ["Your payment to The Lantern is still open"]


def test_lost_with_its_subscription_it_says_so_once_and_asks_back(failed):
    written()
    failed.clock.shift(timedelta(days=9))
    failed.read_at = timezone.now()
    record(
        failed.subscription(
            status="canceled", is_ending=True, ended_at=timezone.now(), ending_reason="payment_failed"
        )
    )
    [(subject, body)] = written()
    assert subject == "Your membership of The Lantern has ended"
    assert "/join/" in body
    assert written() == []


def test_who_has_access_by_something_else_is_not_told_that_it_ended(failed):
    join("ada@example.org", paid_at=timezone.now())
    failed.read_at = timezone.now()
    record(
        failed.subscription(
            status="canceled", is_ending=True, ended_at=timezone.now(), ending_reason="payment_failed"
        )
    )
    assert written() == []


def test_who_cancelled_at_once_is_not_told_that_it_ended(failed):
    written()
    failed.read_at = timezone.now()
    record(failed.subscription(status="canceled", is_ending=True, ended_at=timezone.now()))
    assert written() == []


def test_bank_that_wants_confirmation_has_words_of_its_own():
    owed = replace(_sample(USUAL, day=0), needs_confirmation=True)
    letter = failed_letter(owed)
    assert letter.subject == "Your bank wants you to confirm your payment to The Lantern"
    assert letter.button == "Confirm the payment"
    assert "Until then no money is taken." in letter.paragraphs[0]
    assert not any("declined" in paragraph for paragraph in letter.paragraphs)


def test_donor_is_told_nothing_of_access():
    owed = replace(_sample(USUAL, day=14), is_donation=True, keeps_until=None, tries_on=None)
    letter = failed_letter(owed)
    assert letter.subject == "Your payment to The Lantern is still open"
    assert letter.paragraphs[0].startswith("The payment of €10 for your donation has been open since")
    assert "access" not in " ".join(letter.paragraphs)
    assert lost_letter(owed).url.endswith("/donate/")


def test_history_tells_that_it_failed_and_was_made_good(failed):
    failed.clock.shift(timedelta(days=4))
    failed.read_at = timezone.now()
    record(failed.invoice(1))
    changes = MembershipChange.objects.order_by("done_at").exclude(kind=ChangeKind.JOINED)
    told = [(change.kind, tell(change).what) for change in changes]
    assert ("payment_failed", "A payment of €10 failed. No money was taken.") in told
    assert ("recovered", "The payment of €10 was made after all.") in told
    record(failed.invoice(1))
    assert MembershipChange.objects.exclude(kind=ChangeKind.JOINED).count() == len(told)
    assert Subscription.objects.get().status == "active"
