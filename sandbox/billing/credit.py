"""A customer's balance: credit (negative) or debt that goes onto their next invoice in the same currency."""

from sandbox.money import MINIMUM
from sandbox.types import Json
from sandbox.work import Work


def apply(work: Work, invoice: Json) -> None:
    """Set what is due on an invoice: its total and the balance. Less than can be charged stays on the balance."""
    customer = work.get("customer", invoice["customer"])
    if customer["currency"] not in (None, invoice["currency"]):
        return
    before = customer["balance"]
    owed = invoice["total"] + before
    is_chargeable = owed >= MINIMUM.get(invoice["currency"], 1)
    due = owed if is_chargeable else 0
    invoice |= {"starting_balance": before, "ending_balance": owed - due}
    invoice |= {"amount_due": due, "amount_remaining": due}
    kind = "invoice_too_small" if owed > 0 and not is_chargeable else "applied_to_invoice"
    move(work, customer, owed - due - before, invoice["currency"], type=kind, invoice=invoice["id"])


def unapply(work: Work, invoice: Json) -> None:
    """Give back what a void invoice took from the balance."""
    customer = work.find(invoice["customer"])
    taken = (invoice["ending_balance"] or 0) - invoice["starting_balance"]
    if customer and not customer.get("deleted"):
        move(
            work, customer, -taken, invoice["currency"], type="unapplied_from_invoice", invoice=invoice["id"]
        )


def move(work: Work, customer: Json, amount: int, currency: str, **fields: object) -> Json | None:
    """Add an amount (minor units, negative is credit) to the balance; return the transaction, if it moves anything."""
    if not amount:
        return None
    previous = {"balance": customer["balance"]}
    customer |= {"balance": customer["balance"] + amount, "currency": currency}
    work.save(customer)
    work.emit("customer.updated", customer, previous)
    return work.new(
        "customer_balance_transaction",
        amount=amount,
        currency=currency,
        customer=customer["id"],
        ending_balance=customer["balance"],
        metadata={},
        **fields,
    )
