"""What a payment that failed means: it is tried again by a plan, and then its subscription ends."""

import json
from dataclasses import asdict, dataclass

from sandbox.billing import ending, invoices, subscriptions
from sandbox.store import Store
from sandbox.types import Json
from sandbox.work import Work

DAY = 24 * 60 * 60
SETTING = "dunning"
FAILED, ACTION_REQUIRED = "invoice.payment_failed", "invoice.payment_action_required"
ENDS = ("cancel", "unpaid", "past_due")
"""What may become of a subscription whose last retry failed; `past_due` leaves it as it is."""


@dataclass(frozen=True)
class Plan:
    """Days from each failed attempt to the next, and what becomes of the subscription after the last."""

    retry_days: tuple[int, ...] = (3, 5, 7)
    then: str = "cancel"


def plan(store: Store) -> Plan:
    """Return the account's plan."""
    kept = store.setting(SETTING)
    if kept is None:
        return Plan()
    fields = json.loads(kept)
    return Plan(tuple(fields["retry_days"]), fields["then"])


def set_plan(store: Store, new: Plan) -> None:
    store.set(SETTING, json.dumps(asdict(new)))


def note(work: Work, invoice: Json, event: str, *, is_automatic: bool) -> None:
    """Record an attempt that brought no money, and plan the next."""
    if counts(invoice, is_automatic=is_automatic):
        invoice["attempt_count"] += 1
        invoice["next_payment_attempt"] = _next_attempt(work, invoice)
    invoice["attempted"] = True
    work.save(invoice)
    if is_automatic and event == ACTION_REQUIRED:
        work.emit(FAILED, invoice)
    work.emit(event, invoice)
    subscription = invoices.subscription_of(work, invoice)
    if subscription and subscription["status"] in ("active", "past_due"):
        _affect(work, subscription, invoice)


def counts(invoice: Json, *, is_automatic: bool) -> bool:
    """Tell whether an attempt is one of the plan's. One by hand is only if it was the first."""
    was_processing = invoice.pop("_is_processing", False)
    return is_automatic or was_processing or not invoice["attempt_count"]


def _next_attempt(work: Work, invoice: Json) -> int | None:
    days = plan(work.store).retry_days
    done = invoice["attempt_count"]
    is_tried_again = invoices.is_retried(invoice) and done <= len(days)
    return work.now + days[done - 1] * DAY if is_tried_again else None


def _affect(work: Work, subscription: Json, invoice: Json) -> None:
    then = plan(work.store).then
    if invoice["next_payment_attempt"] is not None or then == "past_due":
        subscriptions.change(work, subscription, status="past_due")
    elif then == "unpaid":
        subscriptions.change(work, subscription, status="unpaid")
    else:
        ending.end(work, subscription, reason="payment_failed")
