"""What a subscription does by the passing of time: it is announced, renewed, resumed, and it ends."""

from collections.abc import Callable, Iterator
from typing import Any

from sandbox.agenda import falls_due
from sandbox.billing import discounting, ending, invoices, paying, subscriptions
from sandbox.billing.items import billed, claim, waiting
from sandbox.billing.subscribing import billed_item
from sandbox.types import Json
from sandbox.work import Work, public

INCOMPLETE_FOR = 23 * 60 * 60
RENEWING = ("trialing", "active", "past_due", "unpaid")

Step = tuple[int, Callable[[Work, Json], None]]


def _steps(subscription: Json) -> Iterator[Step]:
    """Yield what lies ahead. Of things due at the same second the one named first goes first."""
    if subscription["status"] == "incomplete":
        yield subscription["start_date"] + INCOMPLETE_FOR, ending.expire
    if subscription["status"] not in RENEWING:
        return
    resumes_at = (subscription["pause_collection"] or {}).get("resumes_at")
    if resumes_at:
        yield resumes_at, _resume
    if subscription["cancel_at"]:
        yield subscription["cancel_at"], ending.end
    yield from _notices(subscription)
    yield subscriptions.period(subscription)[1], renew


def _notices(subscription: Json) -> Iterator[Step]:
    start, end = subscriptions.period(subscription)
    if subscription["status"] == "trialing" and not subscription.get("_is_warned"):
        yield end - subscriptions.WARNING, subscriptions.warn
    if subscription.get("_announced") != end and end - subscriptions.NOTICE > start:
        yield end - subscriptions.NOTICE, _announce


def _next_step(subscription: Json) -> Step | None:
    return min(_steps(subscription), key=lambda step: step[0], default=None)


def _next_time(subscription: Json) -> int | None:
    step = _next_step(subscription)
    return step and step[0]


@falls_due("subscription", _next_time)
def go_on(work: Work, subscription: Json) -> None:
    """Take the step that is due."""
    step = _next_step(subscription)
    if step:
        step[1](work, subscription)


def _resume(work: Work, subscription: Json) -> None:
    subscriptions.change(work, subscription, pause_collection=None)


def _announce(work: Work, subscription: Json) -> None:
    subscription["_announced"] = subscriptions.period(subscription)[1]
    work.save(subscription)
    work.emit("invoice.upcoming", upcoming(work, subscription))


def upcoming(work: Work, subscription: Json) -> Json:
    """Shape the invoice of the next renewal, of the time when it will be drafted, without keeping it."""
    with work.at(subscriptions.period(subscription)[1]):
        bill = _bill(work, subscription, subscriptions.next_items(subscription), "upcoming")
        return invoices.foreseen(invoices.compose(work, **bill))


def renew(work: Work, subscription: Json) -> None:
    """Begin the next period and draft its invoice."""
    if subscription["status"] == "trialing" and stops_with_trial(work, subscription):
        return
    before = public(subscription)
    items = subscriptions.next_items(subscription)
    draft_invoice(work, subscription, items, reason="subscription_cycle")
    subscriptions.put_items(subscription, items)
    subscription["status"] = "active" if subscription["status"] == "trialing" else subscription["status"]
    subscriptions.announce(work, subscription, before)


def draft_invoice(work: Work, subscription: Json, items: list[Json], *, reason: str) -> Json:
    """Draft the subscription's latest invoice over the items' periods and what else is waiting to be billed."""
    invoice = invoices.draft(work, **_bill(work, subscription, items, reason))
    claim(work, waiting(work, subscription), invoice)
    subscription["latest_invoice"] = invoice["id"]
    return invoice


def _bill(work: Work, subscription: Json, items: list[Json], reason: str) -> dict[str, Any]:
    start, end = subscriptions.period(subscription)
    lines = [billed(item, subscription=subscription["id"]) for item in waiting(work, subscription)]
    return {
        "customer": work.get("customer", subscription["customer"]),
        "currency": subscription["currency"],
        "lines": lines + [billed_item(work, subscription, item) for item in items],
        "reason": reason,
        "period_start": start,
        "period_end": end,
        "discounts": discounting.in_force(work, subscription),
        **invoices.from_subscription(subscription),
        **_collection(subscription),
    }


def _collection(subscription: Json) -> Json:
    """Say whether the invoice goes on by itself: not while unpaid, and a pause has its own way."""
    pause = (subscription["pause_collection"] or {}).get("behavior")
    is_kept = pause == "keep_as_draft" or subscription["status"] == "unpaid"
    return {"auto_advance": not is_kept, "_pause": pause}


def stops_with_trial(work: Work, subscription: Json) -> bool:
    """End or pause a subscription that has nothing to be paid with, if it was started so."""
    behavior = subscription["trial_settings"]["end_behavior"]["missing_payment_method"]
    customer = work.get("customer", subscription["customer"])
    if behavior == "create_invoice" or paying.default_method(work, customer, subscription):
        return False
    if behavior == "cancel":
        ending.end(work, subscription)
    else:
        subscriptions.change(work, subscription, status="paused")
        work.emit("customer.subscription.paused", subscription)
    return True
