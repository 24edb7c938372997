"""What stands on an invoice: its lines, and what they come to."""

from dataclasses import dataclass

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
    is_discountable: bool = True


def line_of(work: Work, invoice: Json, billed: Billed) -> Json:
    """Shape a line of this invoice."""
    return work.draft(
        "line_item",
        amount=billed.amount,
        currency=invoice["currency"],
        description=billed.description,
        discount_amounts=[],
        discountable=billed.is_discountable,
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


def totals(lines: list[Json]) -> Json:
    """Sum the lines into the fields of their invoice."""
    subtotal = sum(line["amount"] for line in lines)
    total = subtotal - sum(off["amount"] for line in lines for off in line["discount_amounts"])
    due = max(total, 0)
    sums = dict.fromkeys(["subtotal", "subtotal_excluding_tax"], subtotal)
    sums |= dict.fromkeys(["total", "total_excluding_tax"], total)
    return {**sums, "amount_due": due, "amount_remaining": due, "amount_paid": 0}


def describe(quantity: int, name: str, unit_amount: int, currency: str, recurring: Json) -> str:
    """Word a subscription line as Stripe does: "1 × Supporter (at €10.00 / month)"."""
    count, interval = recurring["interval_count"], recurring["interval"]
    each = interval if count == 1 else f"every {count} {interval}s"
    return f"{quantity} × {name} (at {written(unit_amount, currency)} / {each})"
