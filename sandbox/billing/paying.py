"""Paying an invoice, and what that does to its subscription."""

from sandbox import methods, payments
from sandbox.billing import invoices, subscriptions
from sandbox.errors import CardError, StripeError
from sandbox.types import Json
from sandbox.work import Work


def pay(work: Work, invoice: Json, method: Json, *, is_off_session: bool = False) -> None:
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
        note_failure(work, invoice)
        raise
    follow(work, invoice, intent)


def follow(work: Work, invoice: Json, intent: Json) -> None:
    """Bring the invoice to where its payment intent is."""
    if intent["status"] == "succeeded" and invoice["status"] == "open":
        mark_paid(work, invoice)
    elif intent["status"] == "requires_action":
        _await_action(work, invoice)


def mark_paid(work: Work, invoice: Json, *, is_out_of_band: bool = False) -> None:
    """Record that the invoice is paid in full and start or revive its subscription."""
    due = invoice["amount_due"]
    invoice |= {"status": "paid", "amount_paid": due, "amount_remaining": 0, "attempted": True}
    invoice |= {"next_payment_attempt": None, "amount_paid_off_stripe": due if is_out_of_band else 0}
    invoice["attempt_count"] += 1 if due else 0
    invoice["status_transitions"]["paid_at"] = work.now
    work.save(invoice)
    for payment in invoices.payments_of(work, invoice):
        _settle_payment(work, payment)
    work.emit("invoice.paid", invoice)
    work.emit("invoice.payment_succeeded", invoice)
    _start(work, invoices.subscription_of(work, invoice))


def note_failure(work: Work, invoice: Json) -> None:
    """Record a failed attempt."""
    invoice |= {"attempted": True, "attempt_count": invoice["attempt_count"] + 1}
    work.save(invoice)
    work.emit("invoice.payment_failed", invoice)


def default_method(work: Work, customer: Json, subscription: Json | None = None) -> Json | None:
    """Return the payment method to charge: the subscription's, else the customer's."""
    settings = customer["invoice_settings"]["default_payment_method"]
    chosen = (subscription or {}).get("default_payment_method") or settings or customer.get("_source")
    return methods.usable(work, chosen) if chosen else None


def _settle_payment(work: Work, payment: Json) -> None:
    payment |= {"status": "paid", "amount_paid": payment["amount_requested"]}
    payment["status_transitions"]["paid_at"] = work.now
    work.save(payment)
    work.emit("invoice_payment.paid", payment)


def _await_action(work: Work, invoice: Json) -> None:
    invoice |= {"attempted": True, "attempt_count": invoice["attempt_count"] + 1}
    work.save(invoice)
    work.emit("invoice.payment_action_required", invoice)


def _start(work: Work, subscription: Json | None) -> None:
    if subscription and subscription["status"] in ("incomplete", "past_due", "unpaid"):
        subscriptions.change(work, subscription, status="active")
