"""Movements of the account's balance. Everything that moves money makes exactly one."""

from collections.abc import Callable
from typing import Any

from sandbox.money import debit_fee, fee as card_fee
from sandbox.settlement import Settled, settled
from sandbox.store import SUMS, column
from sandbox.types import Json
from sandbox.work import Work

DAY = 24 * 60 * 60
DAYS_UNTIL_AVAILABLE = 2

CATEGORIES = {
    "charge": "charge",
    "payment": "charge",
    "payment_refund": "refund",
    "payout": "payout",
    "payout_cancel": "payout_reversal",
    "payout_failure": "payout_reversal",
    "refund": "refund",
    "refund_failure": "refund_failure",
}
"""What Stripe's reports call a type of movement; adjustments are called by what they adjust."""

Fee = Callable[[int, str], int]
"""What Stripe takes for moving an amount of a currency, both in minor units."""


def no_fee(_amount: int, _currency: str) -> int:
    return 0


def record(
    work: Work,
    kind: str,
    source: Json,
    moved: Settled,
    *,
    fee: Fee = no_fee,
    fee_for: str = "Stripe processing fees",
    category: str | None = None,
    description: str | None = None,
    available_on: int | None = None,
) -> Json:
    """Book what moved, at once unless told when it is available; the fee is one of the currency it was settled in."""
    cut = fee(moved.amount, moved.currency)
    return work.new(
        "balance_transaction",
        type=kind,
        source=source["id"],
        amount=moved.amount,
        currency=moved.currency,
        exchange_rate=moved.exchange_rate,
        fee=cut,
        fee_details=[_fee_detail(cut, moved.currency, fee_for)] if cut else [],
        net=moved.amount - cut,
        description=description,
        reporting_category=category or CATEGORIES[kind],
        balance_type="payments",
        status="pending",
        available_on=work.now if available_on is None else available_on,
    )


def record_charge(work: Work, charge: Json, *, is_available: bool = False) -> Json:
    """Book a successful charge less its fee; as a rule, the money can be paid out two days later."""
    is_card = charge["payment_method_details"]["type"] == "card"
    booked = record(
        work,
        "charge" if is_card else "payment",
        charge,
        settled(work, charge["amount_captured"], charge["currency"]),
        fee=card_fee if is_card else debit_fee,
        description=charge["description"],
        available_on=work.now if is_available else _two_days_later(work.now),
    )
    if is_available:
        work.emit("balance.available", as_object(work))
    return booked


def with_status(work: Work, transaction: Json) -> Json:
    """Money becomes available by the passing of time alone."""
    is_available = transaction["available_on"] <= work.now
    return transaction | {"status": "available" if is_available else "pending"}


def as_object(work: Work) -> Json:
    """Return Stripe's `balance`: what is available and what is pending, by currency."""
    prefunding: Json = {"available": [], "pending": []}
    available, pending = totals(work, "<="), totals(work, ">")
    names = sorted(available.keys() | pending.keys() or {"eur"})
    return {
        "object": "balance",
        "livemode": False,
        "refund_and_dispute_prefunding": prefunding,
        "available": _purses(available, names),
        "pending": _purses(pending, names),
    }


def currencies(work: Work) -> list[str]:
    """Name the currencies in which anything ever moved."""
    currency = f"DISTINCT {column('currency')} AS currency"
    found = work.store.select(currency, "balance_transaction", "", index=SUMS)
    return sorted(row["currency"] for row in found)


def totals(work: Work, compared: str) -> dict[str, int]:
    """Sum the net by currency, of what becomes available before or after (`<=`, `>`) now."""
    currency = column("currency")
    rows = work.store.select(
        f"{currency} AS currency, SUM({column('net')}) AS net",
        "balance_transaction",
        f" AND {column('available_on')} {compared} ? GROUP BY {currency}",
        work.now,
        index=SUMS,
    )
    return {row["currency"]: row["net"] for row in rows}


def _purses(sums: dict[str, int], names: list[str]) -> list[dict[str, Any]]:
    return [
        {"amount": amount, "currency": currency, "source_types": {"card": amount}}
        for currency in names
        for amount in [sums.get(currency, 0)]
    ]


def _fee_detail(cut: int, currency: str, words: str) -> dict[str, Any]:
    return {
        "amount": cut,
        "application": None,
        "currency": currency,
        "description": words,
        "type": "stripe_fee",
    }


def _two_days_later(now: int) -> int:
    """Funds arrive at midnight UTC."""
    return (now // DAY + DAYS_UNTIL_AVAILABLE) * DAY
