"""What an invoice does by the passing of time: it is finalised, charged, and charged again."""

from contextlib import suppress

from sandbox.agenda import falls_due
from sandbox.billing import invoices, paying
from sandbox.billing.items import put_own
from sandbox.errors import CardError
from sandbox.types import Json
from sandbox.work import Work


def _next_step(invoice: Json) -> int | None:
    if not invoice["auto_advance"]:
        return None
    times = {"draft": invoice["automatically_finalizes_at"], "open": invoice["next_payment_attempt"]}
    return times.get(invoice["status"])


@falls_due("invoice", _next_step)
def advance(work: Work, invoice: Json) -> None:
    """Finalise a draft, and try to collect."""
    if invoice["status"] == "draft":
        finalize(work, invoice)
    with suppress(CardError):  # recorded, and planned again
        collect(work, invoice)


def finalize(work: Work, invoice: Json) -> None:
    """Finalise a draft; it is paid if nothing is due, and closed again if collection is paused so."""
    put_own(work, invoice)
    invoices.finalize(work, invoice)
    pause = invoice.get("_pause")
    if not invoice["amount_due"]:
        paying.mark_paid(work, invoice)
    elif pause == "void":
        invoices.void(work, invoice)
    elif pause == "mark_uncollectible":
        invoices.give_up(work, invoice)


def collect(work: Work, invoice: Json) -> None:
    """Try to collect what is open, as Stripe does by itself; raises CardError after recording the failure."""
    if invoice["status"] != "open" or not invoice["auto_advance"]:
        return
    if invoice["collection_method"] == "send_invoice":
        work.emit("invoice.sent", invoice)
        return
    customer = work.get("customer", invoice["customer"])
    method = paying.default_method(work, customer, invoices.subscription_of(work, invoice))
    if method is None:
        paying.note_failure(work, invoice, is_automatic=True)
    else:
        paying.pay(work, invoice, method, is_automatic=True)
