"""Invoice items: single amounts on their way to an invoice."""

from typing import Any

from sandbox.billing import invoices
from sandbox.billing.lines import Billed
from sandbox.catalog import Line
from sandbox.types import Json
from sandbox.work import Work


def new_item(work: Work, customer: Json, **fields: Any) -> Json:
    """Create an invoice item; without an invoice it waits for the customer's next one."""
    item = work.new(
        "invoiceitem",
        customer=customer["id"],
        date=work.now,
        discounts=[],
        quantity_decimal=str(fields["quantity"]),
        tax_rates=[],
        _is_pending=fields.get("invoice") is None,
        **{"discountable": True, "metadata": {}, "period": {"start": work.now, "end": work.now}} | fields,
    )
    work.emit("invoiceitem.created", item)
    return item


def priced(line: Line) -> Json:
    """Build the fields of an item that sells a line."""
    return {
        "amount": line.amount,
        "currency": line.currency,
        "description": line.name,
        "pricing": pricing(line.price, line.unit_amount),
        "quantity": line.quantity,
    }


def pricing(price: Json, unit_amount: int) -> Json:
    """Build what Stripe calls `pricing`: which price, and what it comes to."""
    return {
        "price_details": {"price": price["id"], "product": price["product"]},
        "type": "price_details",
        "unit_amount_decimal": str(unit_amount),
    }


def billed(item: Json, *, subscription: str | None = None) -> Billed:
    """Put an item on an invoice."""
    return Billed(
        amount=item["amount"],
        quantity=item["quantity"],
        description=item["description"],
        period=(item["period"]["start"], item["period"]["end"]),
        parent=_line_parent(item, subscription),
        pricing=item["pricing"],
        metadata=item["metadata"],
        is_discountable=item["discountable"],
    )


def _line_parent(item: Json, subscription: str | None) -> Json:
    """Say where the line comes from: a subscription's own item when it prorates that."""
    details: Json = {
        "invoice_item": item["id"],
        "proration": item["proration"],
        "proration_details": {"credited_items": None},
        "subscription": subscription,
    }
    prorated = (item["parent"] or {}).get("subscription_details")
    if prorated:
        details |= prorated
    kind = "subscription_item_details" if prorated else "invoice_item_details"
    return {"invoice_item_details": None, "subscription_item_details": None, "type": kind, kind: details}


def waiting(work: Work, subscription: Json) -> list[Json]:
    """Return the customer's items that the subscription's next invoice will bill, oldest first."""
    mine = (None, subscription["id"])
    return [
        item
        for item in work.every("invoiceitem", customer=subscription["customer"], _is_pending=1)
        if item["currency"] == subscription["currency"] and item.get("_subscription") in mine
    ]


def put_own(work: Work, invoice: Json) -> Json:
    """Put the items on the invoice that were created for it while it was a draft."""
    held = {line["parent"][line["parent"]["type"]]["invoice_item"] for line in invoice["lines"]["data"]}
    for item in work.every("invoiceitem", invoice=invoice["id"]):
        if item["id"] not in held:
            invoices.add_line(work, invoice, billed(item))
    return invoice


def claim(work: Work, items: list[Json], invoice: Json) -> None:
    """Note that the items are on this invoice now."""
    for item in items:
        item |= {"invoice": invoice["id"], "_is_pending": False}
        work.save(item)
