"""Movements of the account's balance. Every charge, refund and failure that moves money makes exactly one."""

from typing import Any

from sandbox.money import fee
from sandbox.types import Json
from sandbox.work import Work

DAY = 24 * 60 * 60
DAYS_UNTIL_AVAILABLE = 2

CATEGORIES = {"charge": "charge", "payment": "charge", "refund": "refund", "payment_refund": "refund"}


def record(
    work: Work, kind: str, source: Json, *, amount: int, cut: int = 0, description: str | None = None
) -> Json:
    """Book an amount (minor units, signed) and Stripe's cut of it, available after two days."""
    currency = source["currency"]
    return work.new(
        "balance_transaction",
        type=kind,
        source=source["id"],
        amount=amount,
        currency=currency,
        fee=cut,
        fee_details=[_fee_detail(cut, currency)] if cut else [],
        net=amount - cut,
        description=description,
        reporting_category=CATEGORIES[kind],
        balance_type="payments",
        status="pending",
        available_on=_available_on(work.now),
    )


def record_charge(work: Work, charge: Json) -> Json:
    """Book a successful charge less 2.9 % + 30."""
    amount, currency = charge["amount_captured"], charge["currency"]
    return record(
        work, "charge", charge, amount=amount, cut=fee(amount, currency), description=charge["description"]
    )


def with_status(work: Work, transaction: Json) -> Json:
    """Money becomes available by the passing of time alone."""
    is_available = transaction["available_on"] <= work.now
    return transaction | {"status": "available" if is_available else "pending"}


def totals(work: Work) -> dict[str, dict[str, int]]:
    """Sum the net of all movements by status and currency."""
    sums: dict[str, dict[str, int]] = {"available": {}, "pending": {}}
    for transaction in work.every("balance_transaction"):
        purse = sums[with_status(work, transaction)["status"]]
        purse[transaction["currency"]] = purse.get(transaction["currency"], 0) + transaction["net"]
    return sums


def _fee_detail(cut: int, currency: str) -> dict[str, Any]:
    return {
        "amount": cut,
        "application": None,
        "currency": currency,
        "description": "Stripe processing fees",
        "type": "stripe_fee",
    }


def _available_on(now: int) -> int:
    """Funds arrive at midnight UTC."""
    return (now // DAY + DAYS_UNTIL_AVAILABLE) * DAY
