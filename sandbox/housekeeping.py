"""What happens by the passing of time alone."""

from sandbox.agenda import falls_due
from sandbox.billing import invoices, subscriptions
from sandbox.checkout import paying
from sandbox.types import Json
from sandbox.work import Work

HOUR = 60 * 60
INCOMPLETE_FOR = 23 * HOUR


def _end_of_checkout(session: Json) -> int | None:
    return session["expires_at"] if session["status"] == "open" else None


@falls_due("checkout.session", _end_of_checkout)
def close_checkout(work: Work, session: Json) -> None:
    paying.expire(work, session)


def _end_of_patience(subscription: Json) -> int | None:
    is_waiting = subscription["status"] == "incomplete"
    return subscription["start_date"] + INCOMPLETE_FOR if is_waiting else None


@falls_due("subscription", _end_of_patience)
def give_up(work: Work, subscription: Json) -> None:
    """The first payment never came."""
    subscriptions.change(work, subscription, status="incomplete_expired", ended_at=work.now)
    invoice = work.find(subscription["latest_invoice"])
    if invoice and invoice["status"] == "open":
        invoices.void(work, invoice)
