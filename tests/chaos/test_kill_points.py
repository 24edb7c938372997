"""A process killed at each named point of the way of a payment, again and again: nothing is lost, nothing is double."""

import os
from collections import Counter

import pytest
from django.test import Client

from members.gifts.gifting import redeem_gift
from members.models import Gift, Membership, OutgoingMail, Signup, User
from members.outbox import mailing
from members.selling.joining import start_signup
from payments import inbox
from payments.checkout import open_checkout
from payments.enums import EntryKind, QueueState
from payments.models import Checkout, LedgerEntry, Payment, StripeEvent
from payments.reconciling.polling import poll_events
from payments.reconciling.walking import walk
from tests.chaos.dying import die_at, let_leases_run_out, named_points, start_again, work
from tests.chaos.our_books import mails_in
from tests.chaos.test_kills_later import LIVES
from tests.factories.members import GiftOfferFactory, PlanFactory
from tests.support.books import assert_books
from tests.support.events import post_event

KILLS = int(os.environ.get("CHAOS_KILLS", "2"))
"""At each point; `make chaos` wants fifty."""
PAID_BY = (b'"checkout.session.completed"', b'"invoice.paid"')

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(600)]


@pytest.fixture
def mail_folder(settings, tmp_path):
    """Where mail arrives, whichever process sends it."""
    settings.EMAIL_BACKEND = "demo.mail_files.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path
    return tmp_path


@pytest.fixture
def plan(db):
    return PlanFactory()


def readers():
    return [f"reader{number}@example.org" for number in range(KILLS)]


def ask(plan, email):
    return start_signup(plan=plan, amount=plan.amount, email=email).checkout


def open_page(checkout):
    return open_checkout(checkout, return_view="thanks", cancel_path="/join/")


def batched(things, size):
    return [things[start : start + size] for start in range(0, len(things), size)]


def telling(bodies, *kinds):
    """Of these events the ones of these kinds."""
    return [body for body in bodies if any(kind in body for kind in kinds)]


def assert_all_is_well(at_stripe, mail_folder):
    """Everybody paid once, has it once, heard of it once; nothing waits."""
    assert Counter(Payment.objects.values_list("charge_id", flat=True)) == Counter(
        charge.id for charge in at_stripe.api.charges.list({"limit": 100}).auto_paging_iter()
    )
    assert Payment.objects.count() == KILLS
    assert LedgerEntry.objects.filter(kind=EntryKind.PAYMENT).count() == KILLS
    assert (
        Membership.objects.exclude(payment=None).count() + Gift.objects.exclude(payment=None).count() == KILLS
    )
    assert set(Checkout.objects.values_list("status", flat=True)) == {"paid"}
    assert set(StripeEvent.objects.values_list("state", flat=True)) <= {QueueState.DONE}
    assert set(OutgoingMail.objects.values_list("state", flat=True)) == {QueueState.DONE}
    assert mails_in(mail_folder) == Counter(OutgoingMail.objects.values_list("recipient", flat=True))
    assert_books()


def test_every_named_point_is_died_at():
    here = {*ASKING, *POSTING, *WORKING, *MAILING, *RECONCILING, "gift.redeemed"}
    assert named_points() == here | LIVES


ASKING = ("signup.written", "checkout.unopened", "checkout.opened_at_stripe", "checkout.opened")


@pytest.mark.parametrize("point", ASKING)
def test_reader_whose_click_got_no_answer_clicks_again(point, at_stripe, mail_folder, plan):
    for email in readers():
        die_at(point, lambda email=email: open_page(ask(plan, email)))
        at_stripe.pay(ask(plan, email))
    start_again()

    assert Signup.objects.count() == len(at_stripe.api.checkout.sessions.list({"limit": 100}).data) == KILLS
    assert_all_is_well(at_stripe, mail_folder)


POSTING = ("inbox.kept", "webhook.unanswered")


@pytest.mark.parametrize("point", POSTING)
def test_stripe_posts_again_what_was_not_answered(point, at_stripe, mail_folder, plan):
    for email in readers():
        at_stripe.pay(ask(plan, email))
    for body in telling(at_stripe.bodies(), PAID_BY[0]):
        die_at(point, lambda body=body: post_event(Client(), body))
        assert post_event(Client(), body).status_code == 200

    assert StripeEvent.objects.count() == KILLS
    start_again()
    assert_all_is_well(at_stripe, mail_folder)


WORKING = (
    "inbox.claimed",
    "inbox.read",
    "payment.written",
    "payment.posted",
    "payment.fulfilled",
    "inbox.recorded",
    "inbox.done",
)


@pytest.mark.parametrize("point", WORKING)
def test_worker_dies_with_the_event_in_its_hands(point, at_stripe, mail_folder, plan):
    for email in readers():
        at_stripe.pay(ask(plan, email))
    pairs = batched(telling(at_stripe.bodies(), *PAID_BY), 2)
    for number, pair in enumerate(pairs):
        # Either event tells of the payment; the other one never comes.
        post_event(Client(), pair[number % 2])
        die_at(point, inbox.drain)
    let_leases_run_out()
    work()

    assert Payment.objects.count() == KILLS
    start_again()
    assert_all_is_well(at_stripe, mail_folder)


MAILING = ("mail.claimed", "mail.sent")


@pytest.mark.parametrize("point", MAILING)
def test_worker_dies_with_the_mail_in_its_hands(point, at_stripe, mail_folder, plan):
    for email in readers():
        at_stripe.pay(ask(plan, email))
    for body in telling(at_stripe.bodies(), PAID_BY[0]):
        post_event(Client(), body)
        inbox.drain()
        die_at(point, mailing.drain)
    let_leases_run_out()
    work()

    assert sum(mails_in(mail_folder).values()) == KILLS
    start_again()

    assert_all_is_well(at_stripe, mail_folder)


# Both read in slices of time. The walk reads the last two days again: what is new is in its third slice.
RECONCILING = {
    "polling.taken": (poll_events, 1),
    "polling.advanced": (poll_events, 1),
    "walking.recorded": (walk, 3),
    "walking.advanced": (walk, 3),
}


@pytest.mark.parametrize("point", RECONCILING)
def test_reconciliation_dies_and_goes_on(point, at_stripe, mail_folder, plan):
    reconcile, slice_of_now = RECONCILING[point]
    reconcile()
    for email in readers():
        at_stripe.pay(ask(plan, email))
        die_at(f"{point}:{slice_of_now}", reconcile)
        let_leases_run_out()
    start_again()

    assert_all_is_well(at_stripe, mail_folder)


def test_gift_is_redeemed_again_by_whom_it_was_not_answered(at_stripe, mail_folder):
    offer = GiftOfferFactory()
    for email in readers():
        at_stripe.give(email, offer=offer)
    start_again()
    for gift in Gift.objects.all():
        user = User.objects.for_email(f"recipient{gift.pk}@example.org")
        die_at("gift.redeemed", lambda gift=gift, user=user: redeem_gift(gift=gift, user=user))
        redeem_gift(gift=Gift.objects.get(pk=gift.pk), user=user)
    start_again()

    assert Membership.objects.filter(gift__isnull=False).count() == KILLS
    assert LedgerEntry.objects.filter(kind=EntryKind.GIFT_REDEEMED).count() == KILLS
    assert_all_is_well(at_stripe, mail_folder)
