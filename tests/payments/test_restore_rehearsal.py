"""The rehearsal: a backup is put back, Stripe is ahead of it, and one command makes up for that."""

from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.core import mail
from django.core.management import call_command
from django.db.models import Sum
from django.test import Client
from django.utils import timezone

from members.gifts.gift_links import url_for
from members.gifts.gifting import find_gift, redeem_gift
from members.models import Gift, Membership, OutgoingMail, Signup, User
from members.selling.joining import start_signup
from members.tasks import drain_outbox
from payments.checking.findings import findings
from payments.enums import Interval, QueueState
from payments.models import (
    BalanceTransaction,
    Checkout,
    Dispute,
    LedgerEntry,
    Payment,
    Payout,
    Posting,
    Refund,
    Subscription,
)
from payments.tasks import tell_alarms
from tests.factories.members import GiftOfferFactory, PlanFactory
from tests.support.at_stripe import deliver, walked
from tests.support.books import assert_books
from tests.support.restore import back_up, restore

pytestmark = pytest.mark.django_db(transaction=True)

DAY = 86400
MONTH = 32 * DAY
WORDS = {"giver_name": "Gwen", "recipient_name": "Rosa", "message": "Read\u00a0on!\n“Always.”"}


@pytest.fixture
def plans():
    """Two tiers, in three currencies."""
    month = PlanFactory()
    yen = PlanFactory(tier=month.tier, currency="JPY", amount=1500)
    return [month, yen, PlanFactory(interval=Interval.YEAR, currency="USD", amount=9900)]


def facts():
    """All that must be there again, by names that Stripe or a link gave it, and not by our own numbers."""
    return {
        "payments": rows(
            Payment, "charge_id", "payment_intent_id", "invoice_id", "purpose", "standing", "amount",
            "currency", "paid_at", "period_start", "period_end", "user__email", "checkout__reference",
            "subscription__stripe_id", "customer__stripe_id",
        ),
        "memberships": rows(
            Membership, "user__email", "tier__slug", "origin", "starts_on", "ends_on", "granted_at",
            "campaign_code", "payment__charge_id", "gift__reference",
        ),
        "gifts": rows(
            Gift.objects.exclude(payment=None), "reference", "token_hash", "tier__slug", "months",
            "giver_email", "giver_name", "recipient_name", "message", "campaign_code", "claim_until",
            "payment__charge_id", "redeemed_at", "redeemed_by__email",
        ),
        "signups": rows(
            Signup.objects.filter(is_open=False), "email", "user__email", "plan", "amount", "campaign_code",
            "checkout__reference",
        ),
        "checkouts": rows(
            Checkout.objects.filter(status="paid"), "reference", "purpose", "user__email", "email",
            "description", "amount", "currency", "interval", "terms", "completed_at",
        ),
        "subscriptions": rows(Subscription, "stripe_id", "status", "current_period_end", "is_ending"),
        "refunds": rows(Refund, "stripe_id", "payment__charge_id", "amount", "currency", "status"),
        "disputes": rows(Dispute, "stripe_id", "payment__charge_id", "amount", "status"),
        "payouts": rows(Payout, "stripe_id", "amount", "currency", "status"),
        "movements": rows(BalanceTransaction, "stripe_id", "gross", "fee", "net", "payout__stripe_id"),
        "entries": rows(LedgerEntry, "kind", "source", "payment__charge_id", "effective_at"),
        "balances": rows(Posting.objects.values("account", "currency").annotate(Sum("amount")),
            "account", "currency", "amount__sum"),
    }  # fmt: skip


def rows(found, *names):
    found = getattr(found, "objects", found)
    # Terms come back in another order: Stripe gives metadata by name.
    plain = [
        [sorted(value.items()) if isinstance(value, dict) else value for value in row]
        for row in found.values_list(*names)
    ]
    return sorted(map(repr, plain))


def told():
    """Every mail that a reader or staff got by now."""
    drain_outbox()
    tell_alarms()
    return len(mail.outbox)


def reconciled():
    out = StringIO()
    call_command("reconcile_stripe", "--quiet", stdout=out, stderr=StringIO())
    return out.getvalue()


def begin(at_stripe, plans, offer):
    """Six members and a gift that was redeemed."""
    for number in range(6):
        at_stripe.join(f"early{number}@example.org", plan=plans[number % 3], campaign_code="spring")
    gift = at_stripe.give("gabriel@example.org", offer=offer).gift
    walked(at_stripe)
    redeem_gift(gift=gift, user=User.objects.for_email("anna@example.org"))


def go_on(at_stripe, plans, offer):
    """Fifty things happen: renewals, joins, gifts, refunds, a dispute and a payout. Gives the gifts."""
    for number in range(26):
        at_stripe.join(f"late{number}@example.org", plan=plans[number % 3], campaign_code="spring")
    gifts = [at_stripe.give(f"giver{number}@example.org", offer=offer, **WORDS).gift for number in range(12)]
    for number in range(6):
        late = Checkout.objects.get(email=f"late{number}@example.org")
        part = {"amount": 100} if number % 2 else {}
        at_stripe.api.refunds.create({"charge": at_stripe.charge_of(late).id} | part)
    at_stripe.switch("dispute", {"charge": at_stripe.charge_of(gifts[0].checkout).id})
    at_stripe.switch("payout", {"currency": "eur"})
    walked(at_stripe)
    return gifts


def gift_of(link):
    return find_gift(link.rstrip("/").rpartition("/")[2])


def test_restored_backup_catches_up_with_stripe_and_tells_nobody(at_stripe, plans, tmp_path):
    offer = GiftOfferFactory(tier=plans[0].tier)
    begin(at_stripe, plans, offer)
    assert told() == 8
    backup = back_up(tmp_path)
    at_stripe.switch("clock", {"advance": MONTH})
    with time_machine.travel(timezone.now() + timedelta(seconds=MONTH)):
        gifts = go_on(at_stripe, plans, offer)
        before, mails = facts(), told()
        assert (len(before["payments"]), len(before["refunds"]), mails) == (7 + 4 + 26 + 12, 6, 8 + 26 + 12)

        restore(backup)
        assert Payment.objects.count() == 7
        assert "0 failed" in reconciled()
        assert facts() == before
        assert OutgoingMail.objects.exclude(state=QueueState.DONE).count() == 0
        assert told() == mails
        assert list(findings(is_offline=False)) == []
        assert_books()
        assert ", 0 new." in reconciled()
        assert facts() == before

        # A link that its giver passed on before the disaster.
        link = url_for(gifts[1].reference)
        assert Client().get(link).status_code == 200
        redeem_gift(gift=gift_of(link), user=User.objects.for_email("rosa@example.org"))
        assert list(findings(is_offline=False)) == []


def test_event_that_comes_after_the_restoring_finds_everything_done(at_stripe, plans, tmp_path):
    """Stripe repeats what it could not deliver while we were away."""
    backup = back_up(tmp_path)
    at_stripe.join("ada@example.org", plan=plans[0])
    bodies = at_stripe.bodies()
    restore(backup)
    reconciled()
    deliver(bodies)
    assert (Payment.objects.count(), Membership.objects.count()) == (1, 1)
    assert told() == 0
    assert list(findings(is_offline=False)) == []


def test_page_that_was_open_during_the_disaster_is_paid_after_it(at_stripe, plans, tmp_path):
    """Nobody but Stripe knows of the checkout when the reader presses the button."""
    backup = back_up(tmp_path)
    signup = start_signup(plan=plans[2], amount=9900, email="ada@example.org")
    ada = at_stripe.open(signup.checkout)
    restore(backup)
    reconciled()
    at_stripe.press(ada)
    deliver(at_stripe.bodies())
    assert Membership.objects.get().user.email == "ada@example.org"
    assert told() == 1
    assert list(findings(is_offline=False)) == []


def test_reader_whom_staff_deleted_at_stripe_has_what_they_paid_for(at_stripe, plans, tmp_path):
    """Their address stands on what they paid, and not only on the customer who is gone."""
    backup = back_up(tmp_path)
    at_stripe.join("ada@example.org", plan=plans[0])
    at_stripe.give("gwen@example.org", offer=GiftOfferFactory(tier=plans[0].tier))
    walked(at_stripe)
    for customer in at_stripe.api.customers.list().data:
        at_stripe.api.customers.delete(customer.id)
    restore(backup)
    assert "0 failed" in reconciled()
    assert sorted(Payment.objects.values_list("user__email", flat=True)) == [
        "ada@example.org", "gwen@example.org",
    ]  # fmt: skip
    assert (Membership.objects.count(), Gift.objects.exclude(payment=None).count()) == (1, 1)
    assert list(findings(is_offline=False)) == []


def test_gift_redeemed_after_the_backup_can_be_redeemed_again_by_its_link(at_stripe, tmp_path):
    """Stripe knows of no redemption: whoever has the link opens it once more."""
    gift = at_stripe.give().gift
    walked(at_stripe)
    backup = back_up(tmp_path)
    gift.refresh_from_db()
    first = redeem_gift(gift=gift, user=User.objects.for_email("rosa@example.org"))
    link = url_for(gift.reference)
    restore(backup)
    reconciled()
    again = redeem_gift(gift=gift_of(link), user=User.objects.for_email("rosa@example.org"))
    assert (again.starts_on, again.ends_on) == (first.starts_on, first.ends_on)
    assert list(findings(is_offline=False)) == []
