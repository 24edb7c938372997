"""Starting a subscription: the object, its first invoice, its first payment."""

from collections.abc import Sequence
from typing import Any

from sandbox.billing import discounting, invoices, paying, subscriptions
from sandbox.billing.items import billed, claim, new_item, priced, pricing
from sandbox.billing.lines import Billed, describe
from sandbox.catalog import Line
from sandbox.errors import CardError
from sandbox.types import Json
from sandbox.work import Work


def subscribe(
    work: Work,
    customer: Json,
    lines: list[Line],
    *,
    trial_end: int | None = None,
    paid_by: Json | None = None,
    behavior: str = "allow_incomplete",
    is_off_session: bool = False,
    coupons: Sequence[Json] = (),
    session: str | None = None,
    **fields: Any,
) -> Json:
    """Create the subscription and bill its first period.

    `paid_by` is a payment intent for the first amount, succeeded or with its debit under way. `behavior` is Stripe's
    `payment_behavior`: a refused card leaves the subscription incomplete, or refuses it altogether. `session` is the
    checkout in which the coupons were redeemed.
    """
    recurring = [line for line in lines if line.is_recurring]
    subscription = subscriptions.draft(work, customer, recurring, trial_end=trial_end, **fields)
    subscription["discounts"] = [
        discounting.grant(work, subscription, coupon, session=session) for coupon in coupons
    ]
    invoice = _first_invoice(work, customer, subscription, [line for line in lines if not line.is_recurring])
    subscription["latest_invoice"] = invoice["id"]
    work.save(subscription)
    work.emit("customer.subscription.created", subscription)
    subscriptions.warn_if_near(work, subscription)
    invoices.finalize(work, invoice, paid_by=paid_by)
    _collect(work, customer, subscription, invoice, paid_by, behavior, is_off_session)
    return subscription


def due_now(lines: list[Line], *, has_trial: bool) -> int:
    """Return what the first invoice will come to, in minor units."""
    return sum(line.amount for line in lines if not (has_trial and line.is_recurring))


def _first_invoice(work: Work, customer: Json, subscription: Json, extras: list[Line]) -> Json:
    items = [new_item(work, customer, **priced(line)) for line in extras]
    lines = [billed(item, subscription=subscription["id"]) for item in items]
    lines += [billed_item(work, subscription, item) for item in subscriptions.items(subscription)]
    invoice = invoices.draft(
        work,
        customer,
        subscription["currency"],
        lines,
        reason="subscription_create",
        discounts=discounting.in_force(work, subscription),
        **invoices.from_subscription(subscription),
    )
    claim(work, items, invoice)
    return invoice


def billed_item(work: Work, subscription: Json, item: Json) -> Billed:
    """Bill one item for its current period; a trial costs nothing."""
    is_trial = subscription["trial_end"] == item["current_period_end"]
    price, name, unit = named_price(work, subscription, item)
    wording = describe(item["quantity"], name, unit, subscription["currency"], price["recurring"])
    return Billed(
        amount=0 if is_trial else unit * item["quantity"],
        quantity=item["quantity"],
        description=f"Trial period for {name}" if is_trial else wording,
        period=(item["current_period_start"], item["current_period_end"]),
        parent=_item_parent(subscription, item),
        pricing=pricing(price, 0 if is_trial else unit),
        metadata=dict(subscription["metadata"]),
    )


def named_price(work: Work, subscription: Json, item: Json) -> tuple[Json, str, int]:
    """Return an item's price, the name of its product, and what one costs in the subscription's currency."""
    price = work.get("price", item["price"]["id"])
    unit = price["_currency_options"][subscription["currency"]]["unit_amount"]
    return price, work.get("product", price["product"])["name"], unit


def _item_parent(subscription: Json, item: Json) -> Json:
    details = {
        "invoice_item": None,
        "proration": False,
        "proration_details": {"credited_items": None},
        "subscription": subscription["id"],
        "subscription_item": item["id"],
    }
    return {
        "invoice_item_details": None,
        "subscription_item_details": details,
        "type": "subscription_item_details",
    }


def _collect(
    work: Work,
    customer: Json,
    subscription: Json,
    invoice: Json,
    paid_by: Json | None,
    behavior: str,
    is_off_session: bool,
) -> None:
    if not invoice["amount_due"]:
        return paying.mark_paid(work, invoice)
    if paid_by:
        return paying.follow(work, invoice, paid_by)
    if subscription["collection_method"] == "send_invoice":
        return subscriptions.change(work, subscription, status="active")
    method = paying.default_method(work, customer, subscription)
    if behavior == "default_incomplete" or method is None:
        return None
    try:
        paying.pay(work, invoice, method, is_off_session=is_off_session)
        if behavior == "error_if_incomplete":
            paying.insist(work, invoice)
    except CardError as refusal:
        if behavior == "error_if_incomplete":
            refusal.keeps_state = False
            raise
