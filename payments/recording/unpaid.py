"""Invoices of running subscriptions that failed: open until they are paid, given up or withdrawn."""

from datetime import datetime, timedelta
from typing import Any

from payments.enums import Debt
from payments.fulfilment import chase
from payments.gateway.facts import ChargeFacts, InvoiceFacts, Snapshot, UnpaidFacts
from payments.models import Payment, Subscription, UnpaidInvoice

AT_ONCE = timedelta(hours=1)
"""A charge that was made later than this after its invoice was finalised was not the first try."""


def record_debts(subscription: Subscription, snapshot: Snapshot) -> None:
    """What the snapshot tells of an invoice that failed, or of the end of all collecting."""
    invoice = snapshot.invoice
    if invoice and snapshot.charge:
        _record_paid(subscription, invoice, snapshot.charge, read_at=snapshot.read_at)
    elif invoice and invoice.uncharged:
        _record_forgiven(invoice, read_at=snapshot.read_at)
    elif snapshot.unpaid:
        _record_unpaid(subscription, snapshot.unpaid, read_at=snapshot.read_at)
    if subscription.ended_at:
        _give_up(subscription, subscription.ended_at)


def _record_unpaid(subscription: Subscription, facts: UnpaidFacts, *, read_at: datetime) -> None:
    """The invoice as told, unless a later reading or its payment says otherwise."""
    row = UnpaidInvoice.objects.filter(invoice_id=facts.invoice_id).first()
    if row and row.read_at >= read_at:
        return
    payment = Payment.objects.filter(invoice_id=facts.invoice_id).first()
    told = {
        "amount": facts.amount,
        "attempts": facts.attempts,
        "failed_at": min(row.failed_at, facts.failed_at) if row else facts.failed_at,
        "next_attempt_at": facts.next_attempt_at,
        "needs_confirmation": facts.needs_confirmation,
        "page_url": facts.page_url,
        "decline_code": facts.decline_code,
        "read_at": read_at,
    }
    told |= _paid_by(payment) if payment else _state_of(facts, subscription, read_at)
    defaults = {"period_start": facts.period_start, "currency": facts.currency}
    _write(row, subscription, facts.invoice_id, told, defaults)


def _record_paid(
    subscription: Subscription, invoice: InvoiceFacts, charge: ChargeFacts, *, read_at: datetime
) -> None:
    """What failed before was owed until this payment. What never failed is nobody's debt."""
    payment = Payment.objects.get(charge_id=charge.stripe_id)
    row = UnpaidInvoice.objects.filter(invoice_id=invoice.stripe_id).first()
    if (row and row.state == Debt.RECOVERED) or (row is None and not _has_failed(invoice, payment)):
        return
    told = {"attempts": invoice.attempts, "read_at": read_at} | _paid_by(payment)
    defaults = {
        "amount": payment.amount,
        "currency": payment.currency,
        "period_start": invoice.period_start,
        "failed_at": invoice.finalized_at,
    }
    _write(row, subscription, invoice.stripe_id, told, defaults)


def _record_forgiven(invoice: InvoiceFacts, *, read_at: datetime) -> None:
    """What was owed is covered, and no money moved."""
    row = UnpaidInvoice.objects.open().filter(invoice_id=invoice.stripe_id).first()
    if row:
        told = {"state": Debt.VOID, "settled_at": invoice.settled_at, "read_at": read_at}
        _write(row, row.subscription, row.invoice_id, told, {})


def _give_up(subscription: Subscription, ended_at: datetime) -> None:
    """Nothing more is collected for a subscription that has ended."""
    for row in UnpaidInvoice.objects.open().filter(subscription=subscription):
        _write(row, subscription, row.invoice_id, _lost(ended_at), {})


def _has_failed(invoice: InvoiceFacts, payment: Payment) -> bool:
    if invoice.is_first or invoice.finalized_at is None:
        return False
    return invoice.attempts > 1 or payment.paid_at > invoice.finalized_at + AT_ONCE


def _paid_by(payment: Payment) -> dict[str, Any]:
    settled = {"state": Debt.RECOVERED, "payment": payment, "settled_at": payment.paid_at}
    return settled | {"next_attempt_at": None, "needs_confirmation": False}


def _state_of(facts: UnpaidFacts, subscription: Subscription, read_at: datetime) -> dict[str, Any]:
    if facts.state == Debt.OPEN and subscription.ended_at:
        return _lost(subscription.ended_at)
    settled_at = None if facts.state == Debt.OPEN else facts.settled_at or read_at
    return {"state": facts.state, "settled_at": settled_at}


def _lost(ended_at: datetime) -> dict[str, Any]:
    return {"state": Debt.LOST, "settled_at": ended_at, "next_attempt_at": None}


def _write(
    row: UnpaidInvoice | None,
    subscription: Subscription,
    invoice_id: str,
    told: dict[str, Any],
    defaults: dict[str, Any],
) -> None:
    """Brings the row up to what was told, or makes it, and says so to whoever chases such debts."""
    before = Debt(row.state) if row else None
    row = row or UnpaidInvoice(
        invoice_id=invoice_id, subscription=subscription, livemode=subscription.livemode, **defaults
    )
    for name, value in told.items():
        setattr(row, name, value)
    row.save()
    if row.state != before:
        chase(row, before=before)
