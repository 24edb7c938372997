"""What an operator, a bad migration or a broken disk may do to the books, past every model, constraint and trigger.

Each corruption changes rows of `rich_books` and names what `check_books` must say of it: the check and the row.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from members.models import Gift, Membership
from payments.enums import Account, EntryKind
from payments.models import (
    BalanceTransaction,
    Checkout,
    Dispute,
    LedgerEntry,
    Payment,
    Payout,
    Posting,
    Refund,
    StripeEvent,
    UnpaidInvoice,
)

Told = tuple[str, str]
CORRUPTIONS: list[Callable[[], Told]] = []


def corruption(plant: Callable[[], Told]) -> Callable[[], Told]:
    CORRUPTIONS.append(plant)
    return plant


def sql(statement: str, *values: Any) -> None:
    """Runs the statement as it is."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        assert cursor.rowcount > 0, f"nothing was hit by {statement}"


def payment_of(name: str) -> Payment:
    """The first that the reader made."""
    return Payment.objects.filter(checkout__email=f"{name}@example.org").earliest("pk")


def gift_of(name: str) -> Gift:
    return Gift.objects.get(giver_email=f"{name}@example.org")


def unpost(entry: LedgerEntry) -> None:
    sql("DELETE FROM payments_posting WHERE entry_id = %s", entry.pk)
    sql("DELETE FROM payments_ledgerentry WHERE id = %s", entry.pk)


def insert(row: Any) -> None:
    """Writes a row that nothing stands behind."""
    type(row)._base_manager.bulk_create([row])


# --- the ledger -------------------------------------------------------------------------------------


@corruption
def unbalanced_entry() -> Told:
    """A cent more on one side."""
    line = Posting.objects.filter(entry__kind=EntryKind.DISPUTE_LOST, account=Account.DISPUTES).latest("pk")
    sql("UPDATE payments_posting SET amount = amount + 1 WHERE id = %s", line.pk)
    return "entry_unbalanced", f"entry {line.entry_id}"


@corruption
def entry_without_lines() -> Told:
    entry = LedgerEntry(
        kind=EntryKind.GIFT_REDEEMED, source="gift:nobody", livemode=False, effective_at=timezone.now()
    )
    insert(entry)
    return "entry_without_lines", f"entry {entry.pk}"


@corruption
def movement_changed() -> Told:
    """The balance transaction does not say what Stripe said, and what was posted."""
    movement = BalanceTransaction.objects.get(source_id=payment_of("bob").charge_id)
    sql("UPDATE payments_balancetransaction SET gross = gross + 1, net = net + 1 WHERE id = %s", movement.pk)
    return "movement_differs", movement.stripe_id


@corruption
def fee_posted_wrong() -> Told:
    """Balanced, and Stripe's balance is right: a cent of the fee went to tax."""
    entry = payment_of("olga").ledger_entries.get(kind=EntryKind.PAYMENT)
    fee = entry.postings.get(account=Account.STRIPE_FEES)
    sql("UPDATE payments_posting SET amount = amount - 1 WHERE id = %s", fee.pk)
    insert(Posting(entry=entry, account=Account.TAX, amount=1, currency=fee.currency))
    return "movement_differs", entry.source


@corruption
def movement_without_entry() -> Told:
    movement = BalanceTransaction.objects.get(source_id=payment_of("bob").charge_id)
    movement.pk, movement.stripe_id, movement.source_id = None, "txn_ghost", "ch_ghost"
    movement.recorded_at = timezone.now() - timedelta(hours=1)
    insert(movement)
    sql(
        "UPDATE payments_balancetransaction SET recorded_at = %s WHERE stripe_id = 'txn_ghost'",
        timezone.now() - timedelta(hours=1),
    )
    return "movement_unexplained", "txn_ghost"


@corruption
def entry_without_movement() -> Told:
    """Money that Stripe never moved, between two accounts that Stripe's balance is not among."""
    entry = LedgerEntry(
        kind=EntryKind.DISPUTE, source="txn_never", livemode=False, effective_at=timezone.now()
    )
    insert(entry)
    insert(Posting(entry=entry, account=Account.DISPUTES, amount=100, currency="EUR"))
    insert(Posting(entry=entry, account=Account.TAX, amount=-100, currency="EUR"))
    return "entry_without_movement", f"entry {entry.pk}"


@corruption
def money_in_suspense() -> Told:
    entry = LedgerEntry(
        kind=EntryKind.GIFT_REDEEMED, source="gift:lost", livemode=False, effective_at=timezone.now()
    )
    insert(entry)
    insert(Posting(entry=entry, account=Account.SUSPENSE, amount=-100, currency="JPY"))
    insert(Posting(entry=entry, account=Account.TAX, amount=100, currency="JPY"))
    return "money_unallocated", "JPY"


# --- payments, and what went back of them -----------------------------------------------------------


@corruption
def payment_without_entry() -> Told:
    payment = payment_of("hanna")
    unpost(payment.ledger_entries.get())
    return "payment_unposted", payment.charge_id


@corruption
def payment_of_another_amount() -> Told:
    payment = payment_of("tess")
    sql("UPDATE payments_payment SET amount = amount + 100 WHERE id = %s", payment.pk)
    return "payment_owed_differs", payment.charge_id


@corruption
def refund_that_came_back() -> Told:
    """The row says that it failed; the money is gone."""
    refund = Refund.objects.get(payment=payment_of("carol"))
    sql("UPDATE payments_refund SET status = 'failed' WHERE id = %s", refund.pk)
    return "refund_unbooked", refund.stripe_id


@corruption
def dispute_lost_and_not_written_off() -> Told:
    dispute = Dispute.objects.get(payment=payment_of("olga"))
    sql("UPDATE payments_dispute SET status = 'lost' WHERE id = %s", dispute.pk)
    return "dispute_unbooked", dispute.stripe_id


@corruption
def standing_wrong() -> Told:
    """A member has lost what they paid for, and nothing went back."""
    payment = payment_of("mona")
    sql("UPDATE payments_payment SET standing = 'returned' WHERE id = %s", payment.pk)
    return "standing_wrong", payment.charge_id


@corruption
def checkout_status_wrong() -> Told:
    """Somebody who paid reads that the page has expired."""
    checkout = payment_of("pia").checkout
    sql("UPDATE payments_checkout SET status = 'expired' WHERE id = %s", checkout.pk)
    return "checkout_status_wrong", str(checkout.reference)


@corruption
def checkout_paid_by_nothing() -> Told:
    checkout = Checkout.objects.get(email="expired@example.org")
    sql("UPDATE payments_checkout SET status = 'paid' WHERE id = %s", checkout.pk)
    return "checkout_status_wrong", str(checkout.reference)


@corruption
def payout_that_lost_a_member() -> Told:
    payout = Payout.objects.filter(status="paid", currency="EUR").earliest("pk")
    member = payout.transactions.exclude(source_id=payout.stripe_id).earliest("pk")
    sql("UPDATE payments_balancetransaction SET payout_id = NULL WHERE id = %s", member.pk)
    return "payout_differs", payout.stripe_id


# --- who has what -----------------------------------------------------------------------------------


def delete_membership(membership: Membership) -> None:
    sql("DELETE FROM members_membershipchange WHERE membership_id = %s", membership.pk)
    sql("DELETE FROM members_membership WHERE id = %s", membership.pk)


@corruption
def membership_deleted() -> Told:
    payment = payment_of("dora")
    delete_membership(payment.membership)
    return "paid_not_delivered", payment.charge_id


@corruption
def membership_granted_twice() -> Told:
    """The payment that should go back has bought a second membership beside the first."""
    payment = Payment.objects.filter(checkout__email="rosa@example.org").latest("pk")
    membership = Membership.objects.get(payment=payment_of("rosa"))
    membership.pk, membership.payment, membership.subscription = None, payment, payment.subscription
    membership.granted_at = payment.paid_at
    insert(membership)
    return "double_granted", f"membership {membership.pk}"


@corruption
def membership_of_somebody_else() -> Told:
    membership = payment_of("ada").membership
    sql("UPDATE members_membership SET user_id = %s WHERE id = %s", payment_of("tess").user_id, membership.pk)
    return "membership_without_fact", f"membership {membership.pk}"


@corruption
def membership_moved_into_the_campaign() -> Told:
    """Dated anew, so that the campaign's number goes up."""
    membership = payment_of("sara").membership
    sql("UPDATE members_membership SET granted_at = %s WHERE id = %s", timezone.now(), membership.pk)
    return "membership_without_fact", f"membership {membership.pk}"


@corruption
def membership_for_longer() -> Told:
    membership = payment_of("quin").membership
    until = membership.ends_on + timedelta(days=3)
    sql("UPDATE members_membership SET ends_on = %s WHERE id = %s", until, membership.pk)
    return "delivered_not_paid", f"membership {membership.pk}"


@corruption
def gift_for_longer() -> Told:
    membership = gift_of("gwen").membership
    until = membership.ends_on + timedelta(days=1)
    sql("UPDATE members_membership SET ends_on = %s WHERE id = %s", until, membership.pk)
    return "delivered_not_paid", f"membership {membership.pk}"


@corruption
def gift_redeemed_without_membership() -> Told:
    gift = gift_of("gabriel")
    delete_membership(gift.membership)
    return "gift_state_wrong", f"gift {gift.pk}"


@corruption
def gift_still_owed() -> Told:
    gift = gift_of("gina")
    unpost(LedgerEntry.objects.get(source=f"gift:{gift.reference}"))
    return "gift_liability_wrong", f"gift {gift.pk}"


@corruption
def donation_deleted() -> Told:
    payment = payment_of("dana")
    sql("DELETE FROM members_contribution WHERE checkout_id = %s", payment.checkout_id)
    return "paid_not_delivered", payment.charge_id


@corruption
def donation_of_another_amount() -> Told:
    contribution = payment_of("dina").checkout.contribution
    sql("UPDATE members_contribution SET amount = amount + 1 WHERE id = %s", contribution.pk)
    return "donation_wrong", f"contribution {contribution.pk}"


@corruption
def donation_booked_as_a_membership() -> Told:
    """Balanced, and as much as was paid: on the wrong account."""
    entry = payment_of("dono").ledger_entries.get(kind=EntryKind.PAYMENT)
    line = entry.postings.get(account=Account.DONATION_REVENUE)
    sql("UPDATE payments_posting SET account = 'membership_revenue' WHERE id = %s", line.pk)
    return "donation_wrong", entry.payment.charge_id


@corruption
def asked_for_what_was_paid() -> Told:
    payment = payment_of("mona")
    UnpaidInvoice.objects.create(
        invoice_id=payment.invoice_id,
        livemode=payment.livemode,
        subscription=payment.subscription,
        amount=payment.amount,
        currency=payment.currency,
        attempts=1,
        period_start=payment.period_start,
        failed_at=payment.paid_at,
        read_at=payment.paid_at,
    )
    return "unpaid_invoice_wrong", payment.invoice_id


# --- what we hear of Stripe -------------------------------------------------------------------------


@corruption
def event_forgotten() -> Told:
    event = StripeEvent.objects.filter(state="done").earliest("pk")
    long_ago = timezone.now() - timedelta(hours=1)
    sql(
        "UPDATE payments_stripeevent SET state = 'pending', processed_at = NULL, received_at = %s WHERE id = %s",
        long_ago,
        event.pk,
    )
    return "inbox_late", event.event_id


@corruption
def event_parked() -> Told:
    event = StripeEvent.objects.filter(state="done").latest("pk")
    sql("UPDATE payments_stripeevent SET state = 'parked' WHERE id = %s", event.pk)
    return "event_parked", event.event_id


@corruption
def nobody_polls() -> Told:
    long_ago = timezone.now() - timedelta(hours=2)
    sql("UPDATE payments_cursor SET finished_at = %s WHERE name = 'events'", long_ago)
    return "feed_stale", "events"
