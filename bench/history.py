"""Years of members' payments in bulk: the rows that the way of a payment would have written, without walking it."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from django.db import models, transaction

from campaigns.models import Campaign
from members.enums import Origin
from members.models import Gift, Membership, Plan, Signup, Tier, User
from payments.enums import Account, CheckoutStatus, EntryKind, PayoutStatus, Purpose, RefundStatus, Standing
from payments.models import (
    BalanceTransaction,
    Checkout,
    Customer,
    LedgerEntry,
    Payment,
    Payout,
    Posting,
    Refund,
    Subscription,
)

MONTHS = 24
"""Payments of one subscription."""
START = datetime(2024, 1, 1, 9, tzinfo=UTC)
MONTH = timedelta(days=30)
_AMOUNT, _FEE, _GIFT = 1000, 59, 9000
_AT_ONCE = 200
"""Readers whose rows are written together."""
_REFUNDED, _GIVING, _REDEEMED = 0.03, 0.5, 0.6


@dataclass
class Rows:
    """Rows to be written, each table after those that it points to."""

    by_table: dict[type[models.Model], list[Any]] = field(default_factory=dict)

    def add(self, row: Any) -> Any:
        self.by_table.setdefault(type(row), []).append(row)
        return row

    @transaction.atomic
    def write(self) -> None:
        for table in _TABLES:
            rows = self.by_table.pop(table, [])
            table._base_manager.bulk_create(rows, batch_size=2000)


_TABLES: tuple[type[models.Model], ...] = (
    User, Customer, Checkout, Subscription, Signup, Payment, Gift, Membership,
    Refund, Payout, BalanceTransaction, LedgerEntry, Posting,
)  # fmt: skip


def generate(payments: int, seed: int = 1) -> None:
    """At least so many payments: of monthly members, and of gifts; some refunded, all paid out."""
    chance, numbers = random.Random(seed), count(1)
    Campaign.objects.create(
        slug="bulk", title="Bulk", goal=1000, starts_at=START, ends_at=START + timedelta(days=365)
    )
    tier = Tier.objects.create(slug="bulk", name="Friend")
    plan = Plan.objects.create(tier=tier, interval="month", currency="EUR", amount=_AMOUNT)
    made = 0
    while made < payments:
        rows = Rows()
        settled: list[BalanceTransaction] = []
        for _ in range(_AT_ONCE):
            settled += _reader(rows, next(numbers), plan, chance)
            if len(rows.by_table[Payment]) + made >= payments:
                break
        _pay_out(rows, settled, next(numbers))
        made += len(rows.by_table[Payment])
        rows.write()


def _reader(rows: Rows, number: int, plan: Plan, chance: random.Random) -> Iterator[BalanceTransaction]:
    """Somebody joined, paid month after month, and perhaps gave."""
    since = START + timedelta(hours=number % 9000)
    user = rows.add(User(email=f"bulk{number}@example.org", password="!"))
    customer = rows.add(Customer(stripe_id=f"cus_bulk{number}", livemode=False, user=user, email=user.email))
    checkout = rows.add(_checkout(Purpose.MEMBERSHIP, user, _AMOUNT, f"{number}", since, interval="month"))
    rows.add(Signup(email=user.email, user=user, plan=plan, amount=_AMOUNT, checkout=checkout, is_open=False))
    subscription = rows.add(_subscription(number, customer, checkout, since))
    for month in range(MONTHS):
        paid_at = since + month * MONTH
        payment = rows.add(_payment(f"{number}_{month}", checkout, customer, subscription, paid_at))
        rows.add(_membership(payment, plan.tier))
        yield _post(rows, payment, Account.DEFERRED_MEMBERSHIP)
        if chance.random() < _REFUNDED:
            yield _refund(rows, payment)
    if chance.random() < _GIVING:
        yield _give(rows, number, user, customer, plan.tier, is_redeemed=chance.random() < _REDEEMED)


def _give(
    rows: Rows, number: int, user: User, customer: Customer, tier: Tier, *, is_redeemed: bool
) -> BalanceTransaction:
    at = START + timedelta(hours=number % 9000)
    checkout = rows.add(_checkout(Purpose.GIFT, user, _GIFT, f"g{number}", at))
    payment = rows.add(_payment(f"g{number}", checkout, customer, None, at))
    gift = rows.add(
        Gift(
            token_hash=f"bulk{number}",
            tier=tier,
            months=12,
            giver_email=user.email,
            checkout=checkout,
            payment=payment,
            is_open=False,
            claim_until=at + timedelta(days=365),
            redeemed_at=at if is_redeemed else None,
            redeemed_by=user if is_redeemed else None,
        )
    )
    settled = _post(rows, payment, Account.GIFT_LIABILITY)
    if is_redeemed:
        _redeem(rows, gift, payment, at)
    return settled


def _redeem(rows: Rows, gift: Gift, payment: Payment, at: datetime) -> None:
    rows.add(
        Membership(
            user=gift.redeemed_by,
            tier=gift.tier,
            origin=Origin.GIFT,
            gift=gift,
            starts_on=at.date(),
            ends_on=at.date() + timedelta(days=365),
            granted_at=at,
        )
    )
    lines = {Account.GIFT_LIABILITY: _GIFT, Account.DEFERRED_MEMBERSHIP: -_GIFT}
    _entry(rows, EntryKind.GIFT_REDEEMED, f"gift:{gift.reference}", payment, at, lines)


def _checkout(
    purpose: Purpose, user: User, amount: int, name: str, at: datetime, interval: str = ""
) -> Checkout:
    return Checkout(
        purpose=purpose,
        user=user,
        email=user.email,
        description="Friend",
        amount=amount,
        currency="EUR",
        interval=interval,
        status=CheckoutStatus.PAID,
        session_id=f"cs_bulk{name}",
        livemode=False,
        created_at=at,
        completed_at=at,
    )


def _subscription(number: int, customer: Customer, checkout: Checkout, since: datetime) -> Subscription:
    until = since + MONTHS * MONTH
    return Subscription(
        stripe_id=f"sub_bulk{number}",
        livemode=False,
        customer=customer,
        checkout=checkout,
        status="active",
        current_period_start=until - MONTH,
        current_period_end=until,
        amount=checkout.amount,
        currency=checkout.currency,
        interval=checkout.interval,
        read_at=until - MONTH,
    )


def _payment(
    name: str, checkout: Checkout, customer: Customer, subscription: Subscription | None, at: datetime
) -> Payment:
    return Payment(
        charge_id=f"ch_bulk{name}",
        payment_intent_id=f"pi_bulk{name}",
        livemode=False,
        purpose=checkout.purpose,
        checkout=checkout,
        customer=customer,
        subscription=subscription,
        user=checkout.user,
        amount=checkout.amount,
        currency="EUR",
        paid_at=at,
        period_start=at if subscription else None,
        period_end=at + MONTH if subscription else None,
    )


def _membership(payment: Payment, tier: Tier) -> Membership:
    return Membership(
        user=payment.user,
        tier=tier,
        origin=Origin.PAID,
        payment=payment,
        subscription=payment.subscription,
        starts_on=payment.paid_at.date(),
        ends_on=payment.paid_at.date() + MONTH,
        granted_at=payment.paid_at,
    )


def _post(rows: Rows, payment: Payment, owed: Account) -> BalanceTransaction:
    name = payment.charge_id.removeprefix("ch_")
    settled = _movement(
        rows, f"txn_{name}", payment.amount, _FEE, "charge", payment.charge_id, payment.paid_at
    )
    lines = {
        Account.STRIPE_BALANCE: settled.net,
        Account.STRIPE_FEES: _FEE,
        owed: -payment.amount,
    }
    _entry(rows, EntryKind.PAYMENT, settled.stripe_id, payment, payment.paid_at, lines)
    return settled


def _refund(rows: Rows, payment: Payment) -> BalanceTransaction:
    at, name = payment.paid_at + timedelta(days=2), payment.charge_id.removeprefix("ch_")
    payment.standing = Standing.RETURNED
    rows.add(
        Refund(
            stripe_id=f"re_{name}",
            livemode=False,
            payment=payment,
            amount=payment.amount,
            currency="EUR",
            status=RefundStatus.SUCCEEDED,
            refunded_at=at,
            read_at=at,
        )
    )
    settled = _movement(rows, f"txn_re_{name}", -payment.amount, 0, "refund", f"re_{name}", at)
    lines = {Account.STRIPE_BALANCE: settled.net, Account.DEFERRED_MEMBERSHIP: payment.amount}
    _entry(rows, EntryKind.REFUND, settled.stripe_id, payment, at, lines)
    return settled


def _pay_out(rows: Rows, members: list[BalanceTransaction], number: int) -> None:
    amount, at = sum(each.net for each in members), max(each.created_at for each in members)
    payout = rows.add(
        Payout(
            stripe_id=f"po_bulk{number}",
            livemode=False,
            amount=amount,
            currency="EUR",
            status=PayoutStatus.PAID,
            is_automatic=True,
            arrives_on=at.date(),
            created_at=at,
            read_at=at,
        )
    )
    own = _movement(rows, f"txn_po_bulk{number}", -amount, 0, "payout", payout.stripe_id, at)
    for each in (*members, own):
        each.payout = payout
    lines = {Account.STRIPE_BALANCE: -amount, Account.BANK_CLEARING: amount}
    _entry(rows, EntryKind.PAYOUT, own.stripe_id, None, at, lines)


def _movement(
    rows: Rows, name: str, gross: int, fee: int, category: str, source: str, at: datetime
) -> BalanceTransaction:
    found: BalanceTransaction = rows.add(
        BalanceTransaction(
            stripe_id=name,
            livemode=False,
            type=category,
            reporting_category=category,
            source_id=source,
            gross=gross,
            fee=fee,
            net=gross - fee,
            currency="EUR",
            created_at=at,
            available_on=at.date(),
        )
    )
    return found


def _entry(
    rows: Rows,
    kind: EntryKind,
    source: str,
    payment: Payment | None,
    at: datetime,
    lines: dict[Account, int],
) -> None:
    entry = rows.add(LedgerEntry(kind=kind, source=source, livemode=False, payment=payment, effective_at=at))
    for account, amount in lines.items():
        rows.add(Posting(entry=entry, account=account, amount=amount, currency="EUR"))
