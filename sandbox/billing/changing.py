"""Changing what a subscription is for: another price or quantity, what that gives back and what it costs."""

from sandbox.billing import collecting, subscriptions
from sandbox.billing.items import new_item, pricing
from sandbox.billing.renewing import draft_invoice, renew
from sandbox.billing.subscribing import named_price
from sandbox.errors import CardError, StripeError
from sandbox.money import smallest
from sandbox.types import Json
from sandbox.work import Work, public


def change_items(
    work: Work,
    subscription: Json,
    items: list[Json],
    *,
    proration: str = "create_prorations",
    at: int | None = None,
    must_be_paid: bool = False,
) -> None:
    """Put the changed items in their places. What is left of the period is credited and charged from `at` on.

    `proration` is Stripe's `proration_behavior`: with the next invoice, on one of its own at once, or none. Another
    interval starts a new period, which is billed at once. `must_be_paid` undoes all if that fails, with a CardError.
    """
    before = public(subscription)
    held = {item["id"]: item for item in subscriptions.items(subscription)}
    changed = [item for item in items if _terms(item) != _terms(held[item["id"]])]
    starts_anew = any(_cycle(item) != _cycle(held[item["id"]]) for item in changed)
    if proration != "none" and subscription["status"] != "trialing":
        for old in held.values() if starts_anew else [held[item["id"]] for item in changed]:
            _prorate(work, subscription, old, work.now if at is None else at, sign=-1)
        for new in [] if starts_anew else changed:
            _prorate(work, subscription, new, work.now if at is None else at, sign=1)
    subscriptions.put_items(subscription, items)
    if starts_anew:
        subscriptions.start_anew(work, subscription)
    if starts_anew or (changed and proration == "always_invoice"):
        billed = subscriptions.items(subscription) if starts_anew else []
        invoice = draft_invoice(work, subscription, billed, reason="subscription_update")
        subscriptions.announce(work, subscription, before)
        _collect(work, invoice, must_be_paid=must_be_paid)
    else:
        subscriptions.announce(work, subscription, before)


def end_trial(work: Work, subscription: Json, at: int | None) -> None:
    """End the trial at once, or let it end at another unix second."""
    ends_now = at is None or at <= work.now
    end = work.now if ends_now else at
    items = [item | {"current_period_end": end} for item in subscriptions.items(subscription)]
    subscriptions.put_items(subscription, items)
    subscriptions.change(work, subscription, trial_end=end, billing_cycle_anchor=end, _is_warned=False)
    if ends_now:
        first = subscription["latest_invoice"]
        renew(work, subscription)
        if subscription["latest_invoice"] != first:
            collecting.advance(work, work.get("invoice", subscription["latest_invoice"]))


def _terms(item: Json) -> tuple[str, int]:
    return item["price"]["id"], item["quantity"]


def _cycle(item: Json) -> tuple[str, int]:
    recurring = item["price"]["recurring"]
    return recurring["interval"], recurring["interval_count"]


def _prorate(work: Work, subscription: Json, item: Json, at: int, *, sign: int) -> None:
    """Credit (-1) or charge (1) an item for the rest of its period."""
    start, end = item["current_period_start"], item["current_period_end"]
    if not start <= at <= end:
        raise StripeError("The proration date must be within the current period.", param="proration_date")
    price, name, unit = named_price(work, subscription, item)
    words = "Unused time on" if sign < 0 else "Remaining time on"
    new_item(
        work,
        work.get("customer", subscription["customer"]),
        amount=sign
        * _share(unit * item["quantity"], end - at, end - start, step=smallest(subscription["currency"])),
        currency=subscription["currency"],
        description=f"{words} {name}",
        parent=_parent(subscription, item),
        period={"start": at, "end": end},
        pricing=pricing(price, sign * unit),
        proration=True,
        proration_details={"credited_items": None, "discount_amounts": []},
        quantity=item["quantity"],
        _subscription=subscription["id"],
    )


def _share(amount: int, part: int, whole: int, *, step: int) -> int:
    """Return part/whole of an amount in steps of what can be charged, half a step rounded up."""
    return (2 * amount * part + whole * step) // (2 * whole * step) * step


def _parent(subscription: Json, item: Json) -> Json:
    details = {"subscription": subscription["id"], "subscription_item": item["id"]}
    return {"subscription_details": details, "type": "subscription_details"}


def _collect(work: Work, invoice: Json, *, must_be_paid: bool) -> None:
    if not invoice["auto_advance"]:
        return
    collecting.finalize(work, invoice)
    try:
        collecting.collect(work, invoice)
    except CardError as refusal:
        if must_be_paid:
            refusal.keeps_state = False
            raise
