"""A month without a word from Stripe, with the real sandbox behind it: one run, and we have caught up."""

from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.utils import timezone

from members.models import Gift, Membership, OutgoingMail
from payments import recording
from payments.checking.findings import findings
from payments.gateway.facts import GatewayError
from payments.models import Alarm, Checkout, Cursor, LedgerEntry, Payment, Refund, StripeEvent, Subscription
from payments.reconciling import walking
from payments.reconciling.polling import poll_events
from payments.reconciling.walking import walk
from tests.factories.members import PlanFactory
from tests.support.at_stripe import deliver
from tests.support.books import assert_books

pytestmark = pytest.mark.django_db
DAY = 86400


def states():
    return {
        "payments": Payment.objects.count(),
        "memberships": Membership.objects.count(),
        "entries": LedgerEntry.objects.count(),
        "refunds": Refund.objects.count(),
    }


def command(*arguments):
    out = StringIO()
    call_command("reconcile_stripe", *arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


def assert_agreed():
    assert list(findings(is_offline=False)) == []
    assert_books()


def test_31_days_without_an_endpoint_are_made_up_for_in_one_run(at_stripe):
    plan = PlanFactory()
    joined = [at_stripe.join(f"reader{number}@example.org", plan=plan) for number in range(3)]
    walk()
    assert states() == {"payments": 3, "memberships": 3, "entries": 3, "refunds": 0}

    # From here on nothing reaches us. Two renew, one left, somebody joins, gives, is refunded.
    leaving = Subscription.objects.get(checkout=joined[2])
    at_stripe.api.subscriptions.update(leaving.stripe_id, {"cancel_at_period_end": True})
    at_stripe.join("late@example.org", plan=plan)
    gift = at_stripe.give()
    at_stripe.api.refunds.create({"charge": at_stripe.charge_of(gift).id, "amount": 1000})
    at_stripe.switch("clock", {"advance": 32 * DAY})

    with time_machine.travel(timezone.now() + timedelta(days=32)):
        told = command()
        assert states() == {"payments": 8, "memberships": 7, "entries": 9, "refunds": 1}
        assert sorted(Subscription.objects.values_list("status", flat=True)) == [
            "active", "active", "active", "canceled",
        ]  # fmt: skip
        assert Gift.objects.get().payment is not None
        assert "0 failed" in told
        assert_agreed()
        before = states()
        assert ", 0 healed, 0 failed" in command()
        assert states() == before


def test_what_is_old_is_healed_without_a_mail_and_what_is_new_with_one(at_stripe):
    at_stripe.join("old@example.org")
    with time_machine.travel(timezone.now() + timedelta(days=2), tick=True):
        at_stripe.switch("clock", {"advance": 2 * DAY})
        at_stripe.join("new@example.org")
        walk()
        assert Membership.objects.count() == 2
        assert list(OutgoingMail.objects.values_list("recipient", flat=True)) == ["new@example.org"]


def test_quiet_run_owes_nobody_a_mail(at_stripe):
    at_stripe.join()
    command("--quiet")
    assert (Membership.objects.count(), OutgoingMail.objects.count()) == (1, 0)


def test_walk_beside_live_events_changes_nothing_twice(at_stripe):
    at_stripe.join()
    at_stripe.give()
    bodies = at_stripe.bodies()
    deliver(bodies[: len(bodies) // 2])
    walk()
    deliver(bodies[len(bodies) // 2 :])
    assert states() == {"payments": 2, "memberships": 1, "entries": 2, "refunds": 0}
    assert_agreed()


def test_one_that_fails_is_named_keeps_nobody_back_and_is_tried_again(at_stripe, monkeypatch):
    at_stripe.join("ada@example.org")
    at_stripe.join("bob@example.org")
    broken = at_stripe.charge_of(Checkout.objects.get(email="ada@example.org")).id
    record = recording.record

    def failing(facts):
        if getattr(getattr(facts, "charge", None), "stripe_id", "") == broken:
            raise RuntimeError("no more disk")
        record(facts)

    with monkeypatch.context() as patch:
        patch.setattr("payments.recording.record", failing)
        with pytest.raises(CommandError, match="no more disk"):
            command()
    assert Payment.objects.get().user.email == "bob@example.org"
    assert Cursor.objects.get(name=walking.CURSOR).finished_at is None
    command()
    assert Payment.objects.count() == 2
    assert Cursor.objects.get(name=walking.CURSOR).finished_at is not None
    assert_agreed()


def test_walk_that_was_cut_off_goes_on_where_it_was(at_stripe, monkeypatch):
    at_stripe.join()
    listed, asked = walking.listing.transactions, []

    def listing_until(last):
        def transactions(start, end):
            asked.append(start)
            if len(asked) == last:
                raise GatewayError("the line went dead")
            return listed(start, end)

        return transactions

    monkeypatch.setattr(walking.listing, "transactions", listing_until(20))
    with pytest.raises(GatewayError):
        walk()
    cursor = Cursor.objects.get(name=walking.CURSOR)
    assert (cursor.read_until, cursor.lease_until, cursor.finished_at) == (asked[-1], None, None)
    monkeypatch.setattr(walking.listing, "transactions", listing_until(0))
    walk()
    assert asked[20] == asked[19] - walking.OVERLAP
    assert Payment.objects.count() == 1
    assert_agreed()


def test_two_walks_do_not_run_at_once(at_stripe):
    assert Cursor.claim(walking.CURSOR, start=timezone.now()) is not None
    assert walk() is None
    with pytest.raises(CommandError, match="Another walk is running"):
        command("--objects")


def test_lease_of_a_killed_walk_runs_out(at_stripe):
    Cursor.claim(walking.CURSOR, start=timezone.now())
    with time_machine.travel(timezone.now() + Cursor.LEASE + timedelta(seconds=1), tick=True):
        assert walk() is not None


def test_poll_finds_what_no_webhook_brought_and_only_that(at_stripe):
    at_stripe.join()
    bodies = at_stripe.bodies()
    deliver(bodies[:3])
    kept = StripeEvent.objects.count()
    tally = poll_events()
    assert tally.healed == StripeEvent.objects.count() - kept > 0
    assert poll_events().healed == 0
    assert command("--events").startswith("Events:")
    assert Membership.objects.count() == 1
    assert set(StripeEvent.objects.values_list("state", flat=True)) == {"done"}
    assert_agreed()


def test_stripe_out_of_reach_is_said_in_words_and_loses_nothing(settings):
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"
    with pytest.raises(CommandError, match="Run it again; it goes on where it was"):
        command()
    assert Cursor.objects.get(name=walking.CURSOR).lease_until is None
    assert Alarm.objects.count() == 0
