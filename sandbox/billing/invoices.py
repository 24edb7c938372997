"""Invoices: drafted, finalised, paid or void. Since 2025 the payment hangs on them as an `invoice_payment`."""

from dataclasses import dataclass
from typing import Any

from sandbox import payments
from sandbox.errors import StripeError
from sandbox.money import written
from sandbox.types import Json
from sandbox.work import Work


@dataclass(frozen=True)
class Billed:
    """One line to put on an invoice; the period in unix seconds, the amount in minor units and signed."""

    amount: int
    quantity: int
    description: str
    period: tuple[int, int]
    parent: Json
    pricing: Json | None = None
    metadata: Json | None = None


def draft(
    work: Work, customer: Json, currency: str, lines: list[Billed], *, reason: str, **fields: Any
) -> Json:
    """Create a draft invoice over the lines."""
    invoice = work.draft(
        "invoice", **_parties(customer), **_constants(), billing_reason=reason, currency=currency
    )
    invoice |= {"period_start": work.now, "period_end": work.now} | fields
    invoice |= {"lines": _listed(invoice, [_line(work, invoice, billed) for billed in lines])}
    invoice |= _totals([billed.amount for billed in lines])
    work.save(invoice)
    work.emit("invoice.created", invoice)
    return invoice


def add_line(work: Work, invoice: Json, billed: Billed) -> None:
    """Put one more line on a draft."""
    invoice["lines"]["data"].append(_line(work, invoice, billed))
    invoice |= _totals([line["amount"] for line in invoice["lines"]["data"]])
    work.save(invoice)


def finalize(work: Work, invoice: Json, *, paid_by: Json | None = None) -> Json:
    """Fix the invoice and give it a number and, unless nothing is due, a payment (`paid_by` if already made)."""
    if invoice["status"] != "draft":
        raise StripeError("This invoice is already finalized.", code="invoice_already_finalized")
    invoice |= {"status": "open", "number": _next_number(work, invoice), "effective_at": work.now}
    invoice |= {
        "hosted_invoice_url": f"{work.base_url}/i/{invoice['id']}",
        "automatically_finalizes_at": None,
    }
    invoice["invoice_pdf"] = invoice["hosted_invoice_url"] + "/pdf"
    invoice["status_transitions"]["finalized_at"] = work.now
    if invoice["amount_due"] > 0:
        _expect_payment(work, invoice, paid_by)
    work.save(invoice)
    work.emit("invoice.finalized", invoice)
    return invoice


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
        "_subscription": subscription["id"],
    }


def describe(quantity: int, name: str, unit_amount: int, currency: str, recurring: Json) -> str:
    """Word a subscription line as Stripe does: "1 × Supporter (at €10.00 / month)"."""
    count, interval = recurring["interval_count"], recurring["interval"]
    each = interval if count == 1 else f"every {count} {interval}s"
    return f"{quantity} × {name} (at {written(unit_amount, currency)} / {each})"


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
        "total_discount_amounts": [],
        "total_pretax_credit_amounts": [],
        "total_taxes": [],
    }


def _totals(amounts: list[int]) -> Json:
    total = sum(amounts)
    due = max(total, 0)
    sums = dict.fromkeys(["subtotal", "subtotal_excluding_tax", "total", "total_excluding_tax"], total)
    return {**sums, "amount_due": due, "amount_remaining": due, "amount_paid": 0}


def _listed(invoice: Json, lines: list[Json]) -> Json:
    return {"object": "list", "data": lines, "has_more": False, "url": f"/v1/invoices/{invoice['id']}/lines"}


def _line(work: Work, invoice: Json, billed: Billed) -> Json:
    return work.draft(
        "line_item",
        amount=billed.amount,
        currency=invoice["currency"],
        description=billed.description,
        discount_amounts=[],
        discountable=True,
        invoice=invoice["id"],
        metadata=billed.metadata or {},
        parent=billed.parent,
        period={"start": billed.period[0], "end": billed.period[1]},
        pretax_credit_amounts=[],
        pricing=billed.pricing,
        quantity=billed.quantity,
        subscription=invoice.get("_subscription"),
        subtotal=billed.amount,
        taxes=[],
    )


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
    is_first = invoice["billing_reason"] == "subscription_create"
    return payments.open_intent(
        work,
        amount=invoice["amount_due"],
        currency=invoice["currency"],
        customer=invoice["customer"],
        description="Subscription creation" if is_first else invoice["description"] or "Payment for Invoice",
        receipt_email=None,
        setup_future_usage="off_session" if invoice.get("_subscription") else None,
    )
