"""Paying an invoice, and what that does to its subscription."""

from sandbox import methods, payments
from sandbox.billing import dunning, invoices, subscriptions
from sandbox.cards import TOKENS
from sandbox.errors import CardError, StripeError
from sandbox.types import Json
from sandbox.work import Work


def pay(
    work: Work, invoice: Json, method: Json, *, is_off_session: bool = False, is_automatic: bool = False
) -> None:
    """Charge the card for the invoice; raises CardError after recording the failure."""
    if invoice["status"] == "paid":
        raise StripeError("Invoice is already paid")
    intent = invoices.intent_of(work, invoice)
    if intent is None:
        mark_paid(work, invoice)
        return
    try:
        payments.confirm(work, intent, method, is_off_session=is_off_session)
    except CardError:
        note_failure(work, invoice, is_automatic=is_automatic)
        raise
    follow(work, invoice, intent, is_automatic=is_automatic)


def follow(work: Work, invoice: Json, intent: Json, *, is_automatic: bool = False) -> None:
    """Bring the invoice to where its payment intent is."""
    if intent["status"] == "succeeded" and invoice["status"] == "open":
        mark_paid(work, invoice, is_automatic=is_automatic)
    elif intent["status"] == "requires_action":
        dunning.note(work, invoice, dunning.ACTION_REQUIRED, is_automatic=is_automatic)
    elif intent["status"] == "processing":
        invoice |= {"attempted": True, "next_payment_attempt": None, "_is_processing": True}
        work.save(invoice)
        _begin(work, invoice)


def mark_paid(work: Work, invoice: Json, *, is_out_of_band: bool = False, is_automatic: bool = False) -> None:
    """Record that the invoice is paid in full and start or revive its subscription."""
    due = invoice["amount_due"]
    invoice |= {"status": "paid", "amount_paid": due, "amount_remaining": 0, "attempted": True}
    invoice |= {"auto_advance": False, "next_payment_attempt": None}
    invoice["amount_paid_off_stripe"] = due if is_out_of_band else 0
    if due and dunning.counts(invoice, is_automatic=is_automatic):
        invoice["attempt_count"] += 1
    invoice["status_transitions"]["paid_at"] = work.now
    work.save(invoice)
    for payment in invoices.payments_of(work, invoice):
        _settle_payment(work, payment)
    work.emit("invoice.paid", invoice)
    work.emit("invoice.payment_succeeded", invoice)
    subscription = invoices.subscription_of(work, invoice)
    if subscription:
        _keep_method(work, subscription, invoice)
        _revive(work, subscription)


def insist(work: Work, invoice: Json) -> None:
    """Raise CardError if the bank wants its payer to do something first."""
    intent = invoices.intent_of(work, invoice)
    if intent and intent["status"] == "requires_action":
        message = "Payment for this subscription requires additional user action before it can be completed."
        raise CardError(message, code="subscription_payment_intent_requires_action")


def note_failure(work: Work, invoice: Json, *, is_automatic: bool = False) -> None:
    """Record a failed attempt."""
    dunning.note(work, invoice, dunning.FAILED, is_automatic=is_automatic)


def default_method(work: Work, customer: Json, subscription: Json | None = None) -> Json | None:
    """Return the payment method to charge: the subscription's, else the customer's. A detached one is none."""
    settings = customer["invoice_settings"]["default_payment_method"]
    chosen = (subscription or {}).get("default_payment_method") or settings or customer.get("_source")
    if not chosen:
        return None
    method = methods.usable(work, chosen)
    return method if chosen in TOKENS or method["customer"] == customer["id"] else None


def _settle_payment(work: Work, payment: Json) -> None:
    payment |= {"status": "paid", "amount_paid": payment["amount_requested"]}
    payment["status_transitions"]["paid_at"] = work.now
    work.save(payment)
    work.emit("invoice_payment.paid", payment)


def _begin(work: Work, invoice: Json) -> None:
    """A subscription is active while its first payment is under way; if that fails, it is tried again like others."""
    subscription = invoices.subscription_of(work, invoice)
    if subscription and subscription["status"] == "incomplete":
        invoice["_has_begun"] = True
        work.save(invoice)
        subscriptions.change(work, subscription, status="active")


def _keep_method(work: Work, subscription: Json, invoice: Json) -> None:
    """Let what paid once pay from now on, if the subscription wants that."""
    if subscription["payment_settings"]["save_default_payment_method"] != "on_subscription":
        return
    intent = invoices.intent_of(work, invoice)
    if intent and intent["payment_method"]:
        subscriptions.change(work, subscription, default_payment_method=intent["payment_method"])


def _revive(work: Work, subscription: Json) -> None:
    """The subscription is in order again, unless it owes for another period too."""
    if subscription["status"] not in ("incomplete", "past_due", "unpaid"):
        return
    owed = work.every("invoice", _subscription=subscription["id"], status="open")
    if not any(invoice["attempted"] for invoice in owed):
        subscriptions.change(work, subscription, status="active")
