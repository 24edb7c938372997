"""The end of a subscription, and of what was still to be collected for it."""

from sandbox.billing import invoices, subscriptions
from sandbox.types import Json
from sandbox.work import Work


def end(work: Work, subscription: Json, details: Json | None = None, *, reason: str | None = None) -> None:
    """End it at once. Nothing more is charged; a first invoice that was never paid is void."""
    was_incomplete = subscription["status"] == "incomplete"
    subscriptions.cancel(work, subscription, details, reason=reason)
    if was_incomplete:
        _take_back(work, subscription)
    invoices.stop_collecting(work, _subscription=subscription["id"])


def expire(work: Work, subscription: Json) -> None:
    """The first payment never came."""
    subscriptions.change(work, subscription, status="incomplete_expired", ended_at=work.now)
    _take_back(work, subscription)


def _take_back(work: Work, subscription: Json) -> None:
    invoice = work.find(subscription["latest_invoice"])
    if invoice and invoice["status"] == "open":
        invoices.void(work, invoice)
