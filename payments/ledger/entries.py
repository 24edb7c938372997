"""How each fact of money is posted."""

from datetime import datetime

from payments.enums import Account, EntryKind, Purpose
from payments.gateway.facts import ChargeFacts
from payments.ledger.posting import Line, post
from payments.models import LedgerEntry, Payment

_OWED_FOR = {
    Purpose.MEMBERSHIP: Account.DEFERRED_MEMBERSHIP,
    Purpose.GIFT: Account.GIFT_LIABILITY,
}


def post_payment(*, payment: Payment, charge: ChargeFacts) -> LedgerEntry:
    """Stripe balance and fees against what we now owe; through fx clearing where Stripe settles elsewhere."""
    settled = charge.settlement
    lines = [
        Line(Account.STRIPE_BALANCE, settled.net, settled.currency),
        Line(Account.STRIPE_FEES, settled.fee, settled.currency),
        Line(_OWED_FOR[Purpose(payment.purpose)], -payment.amount, payment.currency),
    ]
    if settled.currency != payment.currency:
        lines += [
            Line(Account.FX_CLEARING, payment.amount, payment.currency),
            Line(Account.FX_CLEARING, -settled.gross, settled.currency),
        ]
    return post(
        kind=EntryKind.PAYMENT,
        source=settled.stripe_id,
        livemode=payment.livemode,
        effective_at=payment.paid_at,
        lines=lines,
        payment=payment,
    )


def post_gift_redeemed(*, payment: Payment, source: str, redeemed_at: datetime) -> LedgerEntry:
    """What we owed the giver we now owe the member; no money moves."""
    return post(
        kind=EntryKind.GIFT_REDEEMED,
        source=source,
        livemode=payment.livemode,
        effective_at=redeemed_at,
        lines=[
            Line(Account.GIFT_LIABILITY, payment.amount, payment.currency),
            Line(Account.DEFERRED_MEMBERSHIP, -payment.amount, payment.currency),
        ],
        payment=payment,
    )
