"""What a subscription's next invoice will be, after a change or without one, with nothing of it done."""

from sandbox.billing import changing, credit, invoices, renewing, subscriptions
from sandbox.billing.changing import Change
from sandbox.errors import MissingError
from sandbox.types import Json
from sandbox.work import Work, public


def foresee(work: Work, subscription: Json, change: Change) -> Json:
    """Return the invoice that the change brings about at once, else that of the next renewal.

    Call it in a rehearsal: it makes the change, by the same way as a real one, and takes what is due from the balance.
    """
    drafted = changing.make(work, subscription, change)
    invoice = invoices.foreseen(drafted) if drafted else _renewal(work, subscription)
    credit.apply(work, invoice)
    return public(invoice)


def _renewal(work: Work, subscription: Json) -> Json:
    end = subscriptions.period(subscription)[1]
    runs_out = subscription["cancel_at"] is not None and subscription["cancel_at"] <= end
    if subscription["status"] not in renewing.RENEWING or runs_out:
        message = f"No upcoming invoices for customer: {subscription['customer']}"
        raise MissingError(message, code="invoice_upcoming_none")
    return renewing.upcoming(work, subscription)
