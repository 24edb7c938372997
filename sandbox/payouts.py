"""Payouts: what is available goes to the newsroom's bank, one currency at a time.

An automatic payout takes every movement that is available and was in no automatic payout before, its own among them, so
that they add up to zero; a movement's `_payout` names it. A payout that fails or is cancelled brings its money back by
a new movement. The next automatic payout takes that along, as it takes what manual payouts moved.
"""

from typing import Any

from sandbox import balance
from sandbox.agenda import falls_due
from sandbox.errors import StripeError
from sandbox.money import check_positive
from sandbox.settlement import Settled, returned
from sandbox.store import column
from sandbox.types import Json
from sandbox.work import Work

DAY = 24 * 60 * 60
UNTIL_SENT = 60 * 60
DAYS_TO_ARRIVE = 2
WORDS = "STRIPE PAYOUT"
BANK_ACCOUNT = "ba_1GroundswellSandbox"

FAILURES = {
    "account_closed": "The bank account has been closed.",
    "could_not_process": "The bank could not process this transfer.",
    "no_account": "The bank account could not be located.",
}
USUAL_FAILURE = "could_not_process"

# From where a payout may come to a status. The bank may still send back what it had taken.
BEFORE = {
    "in_transit": ("pending",),
    "paid": ("pending", "in_transit"),
    "failed": ("pending", "in_transit", "paid"),
}

# Movements of a currency that no automatic payout has taken; those of them that are available, and that wait.
UNPAID = f" AND {column('_payout')} IS NULL AND {column('currency')} = ?"
AVAILABLE = f"{UNPAID} AND {column('available_on')} <= ?"
WAITING = f"{UNPAID} AND {column('available_on')} > ?"


def pay_out_all(work: Work, currency: str) -> Json | None:
    """Make the automatic payout of a currency, or none if nothing is available."""
    amount = _available(work, currency)
    if amount <= 0:
        return None
    payout = _new(work, amount, currency, automatic=True, description=WORDS)
    work.store.mark("balance_transaction", "_payout", payout["id"], AVAILABLE, currency, work.now)
    payout["reconciliation_status"] = "completed"
    work.save(payout)
    work.emit("payout.reconciliation_completed", payout)
    return payout


def pay_out(work: Work, amount: int, currency: str, **fields: Any) -> Json:
    """Pay out an amount by hand; it must be available."""
    check_positive(amount)
    if amount > balance.totals(work, "<=").get(currency, 0):
        message = (
            "You have insufficient funds in your Stripe account for this transfer. Your card balance is too low. "
            "You can use the the /v1/balance endpoint to view your Stripe balance (for more details, see "
            "stripe.com/docs/api#balance)."
        )
        raise StripeError(message, code="balance_insufficient")
    return _new(work, amount, currency, automatic=False, **fields)


def make_available(work: Work, currency: str) -> None:
    """Let no money of the currency wait any longer."""
    work.store.mark("balance_transaction", "available_on", work.now, WAITING, currency, work.now)


def settle(work: Work, payout: Json, status: str, failure: str = USUAL_FAILURE) -> Json:
    """Let the payout be `in_transit`, `paid` or `failed`."""
    if payout["status"] not in BEFORE[status]:
        raise StripeError(f"A payout with a status of {payout['status']} cannot become {status}.")
    if payout["status"] == "pending" and status != "in_transit":
        _become(work, payout, "in_transit")
    if status == "failed":
        words = FAILURES.get(failure, FAILURES[USUAL_FAILURE])
        payout |= {"failure_code": failure, "failure_message": words}
        _bring_back(work, payout, "payout_failure")
    _become(work, payout, status)
    return payout


def cancel(work: Work, payout: Json) -> Json:
    """Take back a payout that has not left yet."""
    if payout["status"] != "pending":
        raise StripeError(f"Only a pending payout can be canceled. This one is {payout['status']}.")
    _bring_back(work, payout, "payout_cancel")
    _become(work, payout, "canceled")
    return payout


def check_itemised(work: Work, identifier: str) -> None:
    """Refuse to tell what a payout was made of that was made by hand."""
    payout = work.find(identifier)
    if payout is None or payout["object"] != "payout":
        raise StripeError(f"No such payout: '{identifier}'", code="resource_missing", param="payout")
    if not payout["automatic"]:
        message = "Balance transaction history can only be filtered on automatic transfers, not manual."
        raise StripeError(message, param="payout")


def _next_step(payout: Json) -> int | None:
    if payout["status"] == "pending":
        return int(payout["created"]) + UNTIL_SENT
    return int(payout["arrival_date"]) if payout["status"] == "in_transit" else None


@falls_due("payout", _next_step)
def go_on(work: Work, payout: Json) -> None:
    """The bank is told, and has the money two days later."""
    settle(work, payout, "in_transit" if payout["status"] == "pending" else "paid")


def _available(work: Work, currency: str) -> int:
    net = f"SUM({column('net')}) AS net"
    rows = work.store.select(net, "balance_transaction", AVAILABLE, currency, work.now)
    return rows.fetchone()["net"] or 0


def _new(work: Work, amount: int, currency: str, *, automatic: bool, **fields: Any) -> Json:
    payout = work.draft(
        "payout",
        amount=amount,
        arrival_date=(work.now // DAY + DAYS_TO_ARRIVE) * DAY,
        automatic=automatic,
        currency=currency,
        destination=BANK_ACCOUNT,
        method="standard",
        reconciliation_status="in_progress" if automatic else "not_applicable",
        source_type="card",
        status="pending",
        type="bank_account",
        **{"metadata": {}} | fields,
    )
    booked = balance.record(work, "payout", payout, Settled(-amount, currency), description=WORDS)
    payout["balance_transaction"] = booked["id"]
    work.save(payout)
    work.emit("payout.created", payout)
    return payout


def _bring_back(work: Work, payout: Json, kind: str) -> None:
    words = f"REFUND FOR PAYOUT ({WORDS})"
    taken = work.get("balance_transaction", payout["balance_transaction"])
    booked = balance.record(work, kind, payout, returned(taken), description=words)
    payout["failure_balance_transaction"] = booked["id"]


def _become(work: Work, payout: Json, status: str) -> None:
    previous = {"status": payout["status"]}
    payout["status"] = status
    work.save(payout)
    work.emit("payout.updated", payout, previous)
    if status != "in_transit":
        work.emit(f"payout.{status}", payout)
