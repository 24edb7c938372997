"""What goes back, with the real sandbox behind it, however the news of it reaches us: one end, and books that agree."""

import pytest
from django.db.models import Sum

from members.enums import MailKind
from members.gifts.gifting import CannotRedeem, redeem_gift
from members.models import Gift, Membership, OutgoingMail, User
from payments.checking.findings import findings
from payments.enums import Account, AlarmKind, EntryKind, RefundStatus, Standing
from payments.models import (
    Alarm,
    BalanceTransaction,
    Customer,
    Dispute,
    Payment,
    Refund,
    RefundProposal,
    Subscription,
)
from tests.factories.members import PlanFactory
from tests.support.at_stripe import ALL_NEWS, walked
from tests.support.books import assert_agreed, assert_books, balances, kinds

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.parametrize("news", ALL_NEWS, ids=lambda each: each.__name__),
]


def test_partial_refunds_and_then_the_rest(at_stripe, news):
    charge = at_stripe.charge_of(at_stripe.join())
    for amount in (300, 250):
        at_stripe.api.refunds.create({"charge": charge.id, "amount": amount})
    news(at_stripe)
    assert Payment.objects.get().standing == Standing.HELD
    assert Membership.objects.get().is_active
    assert balances()[Account.DEFERRED_MEMBERSHIP, "EUR"] == -450
    at_stripe.api.refunds.create({"charge": charge.id})
    news(at_stripe)
    assert Payment.objects.get().standing == Standing.RETURNED
    assert not Membership.objects.get().is_active
    assert sorted(Refund.objects.values_list("amount", "status")) == [
        (amount, RefundStatus.SUCCEEDED) for amount in (250, 300, 450)
    ]
    fee = -balances()[Account.STRIPE_BALANCE, "EUR"]
    assert balances() == {(Account.STRIPE_BALANCE, "EUR"): -fee, (Account.STRIPE_FEES, "EUR"): fee}
    assert_agreed()


def test_refund_that_fails_later_gives_everything_back_its_place(at_stripe, news):
    charge = at_stripe.charge_of(at_stripe.join())
    refund = at_stripe.api.refunds.create({"charge": charge.id})
    news(at_stripe)
    assert not Membership.objects.get().is_active
    at_stripe.switch("refund", {"refund": refund.id, "status": "failed"})
    news(at_stripe)
    assert (Refund.objects.get().status, Payment.objects.get().standing) == (
        RefundStatus.FAILED,
        Standing.HELD,
    )
    assert Membership.objects.get().is_active
    assert kinds() == [EntryKind.PAYMENT, EntryKind.REFUND, EntryKind.REFUND_FAILED]
    assert balances()[Account.DEFERRED_MEMBERSHIP, "EUR"] == -1000
    assert_agreed()


@pytest.mark.parametrize("outcome", ["won", "lost"])
def test_dispute_is_held_back_and_decided(at_stripe, news, outcome):
    charge = at_stripe.charge_of(at_stripe.join())
    dispute = at_stripe.switch("dispute", {"charge": charge.id})
    news(at_stripe)
    assert Payment.objects.get().standing == Standing.FROZEN
    assert Membership.objects.get().is_active
    assert balances()[Account.DISPUTES, "EUR"] == 1000
    at_stripe.switch("dispute/close", {"dispute": dispute["id"], "outcome": outcome})
    news(at_stripe)
    is_won = outcome == "won"
    assert Dispute.objects.get().status == outcome
    assert Payment.objects.get().standing == (Standing.HELD if is_won else Standing.RETURNED)
    assert Membership.objects.get().is_active is is_won
    left = balances()
    assert (Account.DISPUTES, "EUR") not in left
    assert left.get((Account.DEFERRED_MEMBERSHIP, "EUR"), 0) == (-1000 if is_won else 0)
    # The bank's fee stays with us either way, as a cost beside Stripe's own.
    moved = BalanceTransaction.objects.aggregate(fees=Sum("fee"))["fees"]
    assert left[Account.STRIPE_FEES, "EUR"] == moved
    assert_agreed()


def test_inquiry_holds_nothing_back(at_stripe, news):
    charge = at_stripe.charge_of(at_stripe.join())
    dispute = at_stripe.switch("dispute", {"charge": charge.id, "status": "warning_needs_response"})
    at_stripe.switch("dispute/close", {"dispute": dispute["id"], "outcome": "warning_closed"})
    news(at_stripe)
    assert Dispute.objects.get().status == "warning_closed"
    assert (kinds(), Payment.objects.get().standing) == ([EntryKind.PAYMENT], Standing.HELD)
    assert_agreed()


def test_part_of_a_payment_disputed_and_lost_after_a_part_was_refunded(at_stripe, news):
    charge = at_stripe.charge_of(at_stripe.join())
    at_stripe.api.refunds.create({"charge": charge.id, "amount": 400})
    dispute = at_stripe.switch("dispute", {"charge": charge.id, "amount": 600})
    at_stripe.switch("dispute/close", {"dispute": dispute["id"], "outcome": "lost"})
    news(at_stripe)
    assert Payment.objects.get().standing == Standing.RETURNED
    assert (Account.DEFERRED_MEMBERSHIP, "EUR") not in balances()
    assert_agreed()


def test_refunded_gift_cannot_be_redeemed(at_stripe, news):
    checkout = at_stripe.give()
    at_stripe.api.refunds.create({"charge": at_stripe.charge_of(checkout).id})
    news(at_stripe)
    with pytest.raises(CannotRedeem):
        redeem_gift(gift=Gift.objects.get(), user=User.objects.for_email("rosa@example.org"))
    assert Membership.objects.count() == 0
    assert (Account.GIFT_LIABILITY, "EUR") not in balances()
    assert_agreed()


def test_gift_refunded_after_it_was_redeemed_gives_no_access_any_more(at_stripe, news):
    checkout = at_stripe.give()
    news(at_stripe)
    redeem_gift(gift=Gift.objects.get(), user=User.objects.for_email("rosa@example.org"))
    assert balances()[Account.DEFERRED_MEMBERSHIP, "EUR"] == -9000
    at_stripe.api.refunds.create({"charge": at_stripe.charge_of(checkout).id})
    news(at_stripe)
    assert not Membership.objects.get().is_active
    assert {account for account, _ in balances()} == {Account.STRIPE_BALANCE, Account.STRIPE_FEES}
    assert_agreed()


def test_gift_partly_refunded_is_redeemed_for_what_is_left(at_stripe, news):
    checkout = at_stripe.give()
    at_stripe.api.refunds.create({"charge": at_stripe.charge_of(checkout).id, "amount": 1000})
    news(at_stripe)
    redeem_gift(gift=Gift.objects.get(), user=User.objects.for_email("rosa@example.org"))
    assert balances()[Account.DEFERRED_MEMBERSHIP, "EUR"] == -8000
    assert (Account.GIFT_LIABILITY, "EUR") not in balances()
    assert_agreed()


def test_disputed_gift_is_frozen_and_a_won_dispute_thaws_it(at_stripe, news):
    checkout = at_stripe.give()
    dispute = at_stripe.switch("dispute", {"charge": at_stripe.charge_of(checkout).id})
    news(at_stripe)
    rosa = User.objects.for_email("rosa@example.org")
    with pytest.raises(CannotRedeem):
        redeem_gift(gift=Gift.objects.get(), user=rosa)
    at_stripe.switch("dispute/close", {"dispute": dispute["id"], "outcome": "won"})
    news(at_stripe)
    assert redeem_gift(gift=Gift.objects.get(), user=rosa).is_active
    assert_agreed()


def test_charge_that_nobody_of_ours_asked_for_is_kept_in_suspense(at_stripe, news):
    at_stripe.join()
    intent = at_stripe.api.payment_intents.create(
        {"amount": 700, "currency": "eur", "confirm": True, "payment_method": "pm_card_visa",
         "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"}}
    )  # fmt: skip
    at_stripe.api.refunds.create({"payment_intent": intent.id, "amount": 200})
    news(at_stripe)
    walked(at_stripe)  # no event of ours tells of a stranger's charge
    assert Payment.objects.count() == 1
    assert balances()[Account.SUSPENSE, "EUR"] == -500
    assert [(each.check, each.subject) for each in findings(is_offline=False)] == [
        ("money_unallocated", "EUR")
    ]
    assert_books()


def test_second_subscription_of_the_same_person_buys_nothing_and_is_proposed_for_refund(at_stripe, news):
    plan = PlanFactory()
    at_stripe.join(plan=plan)
    news(at_stripe)
    at_stripe.join(plan=plan)
    news(at_stripe)
    assert (Payment.objects.count(), Membership.objects.count()) == (2, 1)
    proposal = RefundProposal.objects.get()
    assert Alarm.objects.get(kind=AlarmKind.PAID_TWICE).subject == proposal.payment.charge_id
    assert OutgoingMail.objects.filter(kind=MailKind.PAID_TWICE).count() == 1
    assert_agreed()
    at_stripe.api.refunds.create({"charge": proposal.payment.charge_id})
    news(at_stripe)
    assert RefundProposal.objects.open().count() == 0
    assert Alarm.objects.open().filter(kind=AlarmKind.PAID_TWICE).count() == 0
    assert_agreed()


def test_customer_deleted_at_stripe_leaves_the_money_in_our_books(at_stripe, news):
    at_stripe.join()
    news(at_stripe)
    customer = Customer.objects.get()
    at_stripe.api.customers.delete(customer.stripe_id)
    news(at_stripe)
    customer.refresh_from_db()
    assert customer.deleted_at is not None
    assert customer.email == "ada@example.org"
    assert Subscription.objects.get().status == "canceled"
    assert Membership.objects.get().is_active
    assert_agreed()
