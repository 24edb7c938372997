"""How each fact of money is posted."""

from datetime import datetime

from django.db.models import Sum

from payments.enums import Account, EntryKind, Purpose
from payments.gateway.facts import ChargeFacts, DisputeFacts, PayoutFacts, RefundFacts, TransactionFacts
from payments.ledger.booking import book
from payments.ledger.posting import Line, post, reverse
from payments.models import Dispute, LedgerEntry, Payment, Posting
from payments.money import Money


def post_payment(*, payment: Payment, charge: ChargeFacts) -> LedgerEntry:
    """Stripe balance and fees against what we now owe."""
    return book(
        charge.transaction,
        kind=EntryKind.PAYMENT,
        against=_owed_for(payment),
        livemode=payment.livemode,
        payment=payment,
        value=payment.money,
    )


def post_refund(*, payment: Payment, refund: RefundFacts) -> None:
    """What we owe less, for each movement of the refund: its own, and the money's return if it failed."""
    for movement in refund.transactions:
        went_out = movement.gross < 0
        book(
            movement,
            kind=EntryKind.REFUND if went_out else EntryKind.REFUND_FAILED,
            against=_owed_for(payment),
            livemode=payment.livemode,
            payment=payment,
            value=Money(-refund.amount if went_out else refund.amount, refund.currency),
        )


def post_dispute(*, payment: Payment, dispute: DisputeFacts) -> None:
    """What the bank holds of ours while it decides; when it has decided for the reader, what we owe less."""
    for movement in dispute.transactions:
        book(
            movement,
            kind=EntryKind.DISPUTE if movement.gross < 0 else EntryKind.DISPUTE_REVERSED,
            against=Account.DISPUTES,
            livemode=payment.livemode,
            payment=payment,
        )
    if dispute.status == Dispute.LOST:
        _write_off(payment, dispute)
    elif lost := LedgerEntry.objects.filter(source=_lost(dispute), kind=EntryKind.DISPUTE_LOST).first():
        reverse(lost)


def _write_off(payment: Payment, dispute: DisputeFacts) -> None:
    held = Posting.objects.filter(
        account=Account.DISPUTES,
        entry__livemode=payment.livemode,
        entry__source__in=[movement.stripe_id for movement in dispute.transactions],
    )
    for currency, amount in held.values_list("currency").annotate(Sum("amount")):
        lines = [
            Line(Account.DISPUTES, -amount, currency),
            Line(_owed_for(payment), dispute.amount, dispute.currency),
        ]
        if currency != dispute.currency:
            lines += [
                Line(Account.FX_CLEARING, amount, currency),
                Line(Account.FX_CLEARING, -dispute.amount, dispute.currency),
            ]
        if amount:
            post(
                kind=EntryKind.DISPUTE_LOST,
                source=_lost(dispute),
                livemode=payment.livemode,
                effective_at=max(movement.created_at for movement in dispute.transactions),
                lines=lines,
                payment=payment,
            )


def _lost(dispute: DisputeFacts) -> str:
    return f"{dispute.stripe_id}:lost"


def post_payout(payout: PayoutFacts) -> None:
    """From Stripe to our bank, and back again if the bank did not take it."""
    for movement in payout.transactions:
        book(
            movement,
            kind=EntryKind.PAYOUT if movement.gross < 0 else EntryKind.PAYOUT_FAILED,
            against=Account.BANK_CLEARING,
            livemode=payout.livemode,
        )


def post_loose(movement: TransactionFacts, *, livemode: bool) -> LedgerEntry:
    """A movement with no payment of ours behind it: Stripe's own fees, or something that a person must explain."""
    is_fee = movement.reporting_category in ("fee", "tax")
    return book(
        movement,
        kind=EntryKind.FEE if is_fee else EntryKind.UNALLOCATED,
        against=Account.STRIPE_FEES if is_fee else Account.SUSPENSE,
        livemode=livemode,
    )


def post_gift_redeemed(*, payment: Payment, source: str, redeemed_at: datetime) -> LedgerEntry:
    """What we still owe for the gift we now owe the member and not the giver; no money moves."""
    owed = Posting.objects.filter(
        entry__payment=payment, account=Account.GIFT_LIABILITY, currency=payment.currency
    ).aggregate(total=Sum("amount", default=0))["total"]
    return post(
        kind=EntryKind.GIFT_REDEEMED,
        source=source,
        livemode=payment.livemode,
        effective_at=redeemed_at,
        lines=[
            Line(Account.GIFT_LIABILITY, -owed, payment.currency),
            Line(Account.DEFERRED_MEMBERSHIP, owed, payment.currency),
        ],
        payment=payment,
    )


def _owed_for(payment: Payment) -> Account:
    """Whom we owe: a member, the giver until their gift is redeemed, or for a donation nobody: it is earned."""
    if payment.purpose == Purpose.CONTRIBUTION:
        return Account.DONATION_REVENUE
    if payment.purpose == Purpose.MEMBERSHIP:
        return Account.DEFERRED_MEMBERSHIP
    is_redeemed = payment.ledger_entries.filter(kind=EntryKind.GIFT_REDEEMED).exists()
    return Account.DEFERRED_MEMBERSHIP if is_redeemed else Account.GIFT_LIABILITY
