"""What happens by the passing of time alone."""

from sandbox.billing import invoices, subscriptions
from sandbox.checkout import paying
from sandbox.types import Json
from sandbox.work import Work

HOUR = 60 * 60
INCOMPLETE_FOR = 23 * HOUR


def sweep(work: Work) -> None:
    """Expire what is due."""
    for session in _due(work, "checkout.session", "status", "open", "expires_at", work.now):
        paying.expire(work, session)
    for subscription in _due(
        work, "subscription", "status", "incomplete", "start_date", work.now - INCOMPLETE_FOR
    ):
        _give_up(work, subscription)


def _due(work: Work, kind: str, name: str, value: str, clock: str, limit: int) -> list[Json]:
    return [thing for thing in work.every(kind, **{name: value}) if thing[clock] <= limit]


def _give_up(work: Work, subscription: Json) -> None:
    """The first payment never came."""
    subscriptions.change(work, subscription, status="incomplete_expired", ended_at=work.now)
    invoice = work.find(subscription["latest_invoice"])
    if invoice and invoice["status"] == "open":
        invoices.void(work, invoice)
