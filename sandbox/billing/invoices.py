"""Invoices: drafted, finalised, paid or void. Since 2025 the payment hangs on them as an `invoice_payment`."""

from typing import Any

from sandbox import payments
from sandbox.billing import credit, discounting
from sandbox.billing.lines import Billed, line_of
from sandbox.errors import StripeError
from sandbox.types import Json
from sandbox.work import Work

DRAFT_FOR = 60 * 60
"""So long a draft can still be changed before it is finalised by itself."""
DESCRIPTIONS = {
    "subscription_create": "Subscription creation",
    "subscription_cycle": "Subscription update",
    "subscription_update": "Subscription update",
}


def draft(
    work: Work, customer: Json, currency: str, lines: list[Billed], *, reason: str, **fields: Any
) -> Json:
    """Create a draft invoice over the lines."""
    invoice = compose(work, customer, currency, lines, reason=reason, **fields)
    work.save(invoice)
    work.emit("invoice.created", invoice)
    return invoice


def compose(
    work: Work, customer: Json, currency: str, lines: list[Billed], *, reason: str, **fields: Any
) -> Json:
    """Shape a draft invoice without keeping it."""
    invoice = work.draft(
        "invoice", **_parties(customer), **_constants(), billing_reason=reason, currency=currency
    )
    invoice |= {"period_start": work.now, "period_end": work.now} | fields
    invoice |= {"lines": _listed(invoice, [line_of(work, invoice, billed) for billed in lines])}
    discounting.settle(work, invoice)
    if invoice["auto_advance"]:
        plan(invoice, work.now)
    return invoice


def foreseen(invoice: Json) -> Json:
    """Mark an invoice as one that is only expected."""
    return invoice | {"id": f"upcoming_{invoice['id']}", "billing_reason": "upcoming"}


def plan(invoice: Json, now: int) -> None:
    """Let a draft be finalised by itself, and charged then."""
    invoice["automatically_finalizes_at"] = now + DRAFT_FOR
    invoice["next_payment_attempt"] = now + DRAFT_FOR if _is_charged(invoice) else None


def add_line(work: Work, invoice: Json, billed: Billed) -> None:
    """Put one more line on a draft."""
    invoice["lines"]["data"].append(line_of(work, invoice, billed))
    discounting.settle(work, invoice)
    work.save(invoice)


def finalize(work: Work, invoice: Json, *, paid_by: Json | None = None) -> Json:
    """Fix the invoice and give it a number and, unless nothing is due, a payment (`paid_by` if already made)."""
    if invoice["status"] != "draft":
        raise StripeError("This invoice is already finalized.", code="invoice_already_finalized")
    if paid_by is None:
        credit.apply(work, invoice)
    invoice |= {"status": "open", "number": _next_number(work, invoice), "effective_at": work.now}
    invoice |= {
        "hosted_invoice_url": f"{work.base_url}/i/{invoice['id']}",
        "automatically_finalizes_at": None,
        "next_payment_attempt": work.now + DRAFT_FOR if is_retried(invoice) else None,
    }
    invoice["invoice_pdf"] = invoice["hosted_invoice_url"] + "/pdf"
    invoice["status_transitions"]["finalized_at"] = work.now
    if invoice["amount_due"] > 0:
        _expect_payment(work, invoice, paid_by)
    work.save(invoice)
    work.emit("invoice.finalized", invoice)
    discounting.use_up(work, invoice)
    return invoice


def is_retried(invoice: Json) -> bool:
    """Tell whether Stripe charges by itself, again and again; a first invoice waits for its subscriber instead."""
    is_awaited = invoice["billing_reason"] == "subscription_create" and not invoice.get("_has_begun")
    return bool(invoice["auto_advance"] and _is_charged(invoice) and not is_awaited)


def _is_charged(invoice: Json) -> bool:
    return bool(invoice["collection_method"] == "charge_automatically")


def stop_collecting(work: Work, **whose: str) -> None:
    """Leave unpaid invoices as they are: nothing more happens to them by itself."""
    for status in ("draft", "open"):
        for invoice in work.every("invoice", status=status, **whose):
            if invoice["auto_advance"]:
                change(
                    work,
                    invoice,
                    auto_advance=False,
                    automatically_finalizes_at=None,
                    next_payment_attempt=None,
                )


def change(work: Work, invoice: Json, **fields: Any) -> None:
    """Set fields and announce those that really changed."""
    previous = {name: invoice[name] for name, value in fields.items() if invoice[name] != value}
    invoice |= fields
    work.save(invoice)
    if previous:
        work.emit("invoice.updated", invoice, previous)


def void(work: Work, invoice: Json) -> Json:
    """Take the invoice back; its payment is cancelled."""
    return _close(work, invoice, "void", "voided_at", "invoice.voided", "void_invoice")


def give_up(work: Work, invoice: Json) -> Json:
    """Mark the invoice uncollectible."""
    return _close(
        work, invoice, "uncollectible", "marked_uncollectible_at", "invoice.marked_uncollectible", None
    )


def _close(work: Work, invoice: Json, status: str, stamp: str, event: str, reason: str | None) -> Json:
    if invoice["status"] not in ("open", "uncollectible"):
        raise StripeError(
            f"You can only pass in open invoices. This invoice isn't open: {invoice['status']}."
        )
    invoice |= {"status": status, "auto_advance": False, "next_payment_attempt": None}
    invoice["status_transitions"][stamp] = work.now
    work.save(invoice)
    intent = intent_of(work, invoice)
    if reason and intent and intent["status"] in payments.CANCELLABLE:
        payments.cancel(work, intent, reason)
    if status == "void":
        credit.unapply(work, invoice)
    work.emit(event, invoice)
    return invoice


def payments_of(work: Work, invoice: Json) -> list[Json]:
    """Return the invoice's payments, oldest first."""
    return work.every("invoice_payment", invoice=invoice["id"])


def intent_of(work: Work, invoice: Json) -> Json | None:
    """Return the payment intent of the default payment, if there is one."""
    found = [work.find(payment["payment"].get("payment_intent")) for payment in payments_of(work, invoice)]
    return found[0] if found else None


def subscription_of(work: Work, invoice: Json) -> Json | None:
    """Return the subscription that the invoice bills."""
    return work.find(invoice.get("_subscription"))


def from_subscription(subscription: Json) -> Json:
    """Build the fields by which an invoice names its subscription."""
    details = {"metadata": dict(subscription["metadata"]), "subscription": subscription["id"]}
    return {
        "parent": {"quote_details": None, "subscription_details": details, "type": "subscription_details"},
        "collection_method": subscription["collection_method"],
        "default_payment_method": None,
        "_subscription": subscription["id"],
    }


def _parties(customer: Json) -> Json:
    return {
        "account_country": "GB",
        "account_name": "Groundswell sandbox",
        "customer": customer["id"],
        "customer_address": customer["address"],
        "customer_email": customer["email"],
        "customer_name": customer["name"],
        "customer_phone": customer["phone"],
        "customer_shipping": customer["shipping"],
        "customer_tax_exempt": customer["tax_exempt"],
        "customer_tax_ids": [],
    }


def _constants() -> Json:
    return {
        "auto_advance": True,
        "collection_method": "charge_automatically",
        "discounts": [],
        "ending_balance": 0,
        "issuer": {"type": "self"},
        "metadata": {},
        "payment_settings": {
            "default_mandate": None,
            "payment_method_options": None,
            "payment_method_types": None,
        },
        "rendering": None,
        "status": "draft",
        "total_pretax_credit_amounts": [],
        "total_taxes": [],
    }


def _listed(invoice: Json, lines: list[Json]) -> Json:
    return {"object": "list", "data": lines, "has_more": False, "url": f"/v1/invoices/{invoice['id']}/lines"}


def _next_number(work: Work, invoice: Json) -> str:
    customer = work.get("customer", invoice["customer"])
    number = f"{customer['invoice_prefix']}-{customer['next_invoice_sequence']:04}"
    customer["next_invoice_sequence"] += 1
    work.save(customer)
    return number


def _expect_payment(work: Work, invoice: Json, paid_by: Json | None) -> None:
    intent = paid_by or _open_intent(work, invoice)
    intent["_invoice"] = invoice["id"]
    work.save(intent)
    work.new(
        "invoice_payment",
        amount_requested=invoice["amount_due"],
        currency=invoice["currency"],
        invoice=invoice["id"],
        is_default=True,
        payment={"payment_intent": intent["id"], "type": "payment_intent"},
        status="open",
        status_transitions={"canceled_at": None, "paid_at": None},
        _payment_intent=intent["id"],
    )


def _open_intent(work: Work, invoice: Json) -> Json:
    usual = invoice["description"] or "Payment for Invoice"
    return payments.open_intent(
        work,
        amount=invoice["amount_due"],
        currency=invoice["currency"],
        customer=invoice["customer"],
        description=DESCRIPTIONS.get(invoice["billing_reason"], usual),
        receipt_email=None,
        setup_future_usage="off_session" if invoice.get("_subscription") else None,
    )
