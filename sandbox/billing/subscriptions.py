"""Subscriptions as objects: their items with periods, their status, their end."""

from typing import Any

from sandbox.catalog import Line
from sandbox.errors import no_such
from sandbox.periods import boundary, following
from sandbox.types import Json
from sandbox.work import Work, public

RUNNING = ("trialing", "active", "past_due", "incomplete", "unpaid", "paused")
WARNING = 3 * 24 * 60 * 60
"""So long before a trial ends its end is announced."""
NOTICE = 7 * 24 * 60 * 60
"""So long before a renewal it is announced, if the period is longer than that."""


def draft(work: Work, customer: Json, lines: list[Line], *, trial_end: int | None, **fields: Any) -> Json:
    """Create a subscription over recurring lines; the period starts now, the trial first if there is one."""
    subscription = work.draft(
        "subscription",
        **constants(),
        billing_cycle_anchor=trial_end or work.now,
        currency=lines[0].currency,
        customer=customer["id"],
        start_date=work.now,
        status="trialing" if trial_end else "incomplete",
        trial_start=work.now if trial_end else None,
        trial_end=trial_end,
    )
    subscription |= fields
    subscription["items"] = _listed(subscription, [_item(work, subscription, line) for line in lines])
    if subscription["cancel_at_period_end"]:
        subscription |= _running_out(work, subscription, is_on=True)
    work.save(subscription)
    return subscription


def constants() -> Json:
    """Return what is so unless somebody says otherwise."""
    return {
        "automatic_tax": {"disabled_reason": None, "enabled": False, "liability": None},
        "billing_mode": {"flexible": {"proration_discounts": "included"}, "type": "flexible"},
        "collection_method": "charge_automatically",
        "invoice_settings": {"account_tax_ids": None, "issuer": {"type": "self"}},
        "metadata": {},
        "payment_settings": {
            "payment_method_options": None,
            "payment_method_types": None,
            "save_default_payment_method": "off",
        },
        "trial_settings": {"end_behavior": {"missing_payment_method": "create_invoice"}},
    }


def _listed(subscription: Json, items: list[Json]) -> Json:
    url = f"/v1/subscription_items?subscription={subscription['id']}"
    return {"object": "list", "data": items, "has_more": False, "url": url}


def _item(work: Work, subscription: Json, line: Line) -> Json:
    start, end = first_period(subscription, line.price["recurring"])
    return work.draft(
        "subscription_item",
        current_period_start=start,
        current_period_end=end,
        metadata={},
        **priced(line.price),
        quantity=line.quantity,
        subscription=subscription["id"],
        tax_rates=[],
    )


def priced(price: Json) -> Json:
    """Build an item's price and the older `plan` that says the same."""
    same = (
        "active",
        "billing_scheme",
        "created",
        "currency",
        "id",
        "livemode",
        "nickname",
        "product",
        "tiers_mode",
    )
    of_interval = ("interval", "interval_count", "meter", "usage_type")
    plan = {name: price[name] for name in same} | {name: price["recurring"][name] for name in of_interval}
    plan |= {"amount": price["unit_amount"], "amount_decimal": price["unit_amount_decimal"], "object": "plan"}
    plan |= {"metadata": dict(price["metadata"]), "transform_usage": None, "trial_period_days": None}
    return {"price": public(price), "plan": plan}


def first_period(subscription: Json, recurring: Json) -> tuple[int, int]:
    """Return the half-open first period in unix seconds: the trial, or one interval from the anchor."""
    if subscription["trial_end"]:
        return subscription["trial_start"], subscription["trial_end"]
    anchor = subscription["billing_cycle_anchor"]
    return anchor, boundary(anchor, recurring, 1)


def items(subscription: Json) -> list[Json]:
    """Return the items, which live inside their subscription."""
    found: list[Json] = subscription["items"]["data"]
    return found


def period(subscription: Json) -> tuple[int, int]:
    """Return the half-open period, in unix seconds, of the item that is to be renewed first."""
    first = min(items(subscription), key=lambda item: item["current_period_end"])
    return first["current_period_start"], first["current_period_end"]


def next_items(subscription: Json) -> list[Json]:
    """Return the items that are to be renewed first, as they will be in their next period."""
    end, anchor = period(subscription)[1], subscription["billing_cycle_anchor"]
    return [
        item
        | {
            "current_period_start": end,
            "current_period_end": following(anchor, item["price"]["recurring"], end),
        }
        for item in items(subscription)
        if item["current_period_end"] == end
    ]


def put_items(subscription: Json, changed: list[Json]) -> None:
    """Replace items by their changed selves."""
    by_id = {item["id"]: item for item in changed}
    subscription["items"]["data"] = [by_id.get(item["id"], item) for item in items(subscription)]


def start_anew(work: Work, subscription: Json) -> None:
    """Begin a new period now, from which all later ones are counted; a trial is over."""
    subscription["billing_cycle_anchor"] = work.now
    if subscription["status"] == "trialing":
        subscription |= {"status": "active", "trial_end": work.now}
    for item in items(subscription):
        end = boundary(work.now, item["price"]["recurring"], 1)
        item |= {"current_period_start": work.now, "current_period_end": end}
    _run_out_with_period(subscription)


def try_until(work: Work, subscription: Json, end: int) -> None:
    """Let a trial, begun now unless it is under way, end at this unix second; later periods are counted from there."""
    if subscription["status"] != "trialing":
        subscription |= {"status": "trialing", "trial_start": work.now}
    subscription |= {"trial_end": end, "billing_cycle_anchor": end, "_is_warned": False}
    subscription["_announced"] = end if end - NOTICE <= work.now else None
    for item in items(subscription):
        item |= {"current_period_start": subscription["trial_start"], "current_period_end": end}
    _run_out_with_period(subscription)


def _run_out_with_period(subscription: Json) -> None:
    if subscription["cancel_at_period_end"]:
        subscription["cancel_at"] = subscription["_announced"] = period(subscription)[1]


def change(work: Work, subscription: Json, **fields: Any) -> None:
    """Set fields and announce those that really changed."""
    before = public(subscription)
    subscription |= fields
    announce(work, subscription, before)


def announce(work: Work, subscription: Json, before: Json) -> None:
    """Keep the subscription and tell what is not as it was, if anything is not."""
    work.save(subscription)
    previous = {name: value for name, value in before.items() if subscription[name] != value}
    if previous:
        work.emit("customer.subscription.updated", subscription, previous)


def warn(work: Work, subscription: Json) -> None:
    """Tell that the trial is about to end."""
    subscription["_is_warned"] = True
    work.save(subscription)
    work.emit("customer.subscription.trial_will_end", subscription)


def warn_if_near(work: Work, subscription: Json) -> None:
    """Tell at once of a trial's end that is nearer than the warning would be."""
    is_trial = subscription["status"] == "trialing" and not subscription.get("_is_warned")
    if is_trial and subscription["trial_end"] - work.now <= WARNING:
        warn(work, subscription)


def cancel_at_period_end(work: Work, subscription: Json, is_on: bool, details: Json | None = None) -> None:
    """Let the subscription run out, or take that back."""
    change(work, subscription, **_running_out(work, subscription, details, is_on=is_on))


def _running_out(work: Work, subscription: Json, details: Json | None = None, *, is_on: bool) -> Json:
    """Build the fields that tell when and why it ends; what ends is not announced as a renewal either."""
    end = period(subscription)[1] if is_on else None
    return {
        "cancel_at_period_end": is_on,
        "cancel_at": end,
        "canceled_at": work.now if is_on else None,
        "cancellation_details": _details("cancellation_requested" if is_on else None, details),
        "_announced": end or subscription.get("_announced"),
    }


def cancel(work: Work, subscription: Json, details: Json | None = None, *, reason: str | None = None) -> None:
    """End the subscription at once, or because its time has run out."""
    if subscription["status"] not in RUNNING:
        raise no_such("subscription", subscription["id"])
    has_run_out = subscription["cancel_at"] is not None and subscription["cancel_at"] <= work.now
    given = details or subscription["cancellation_details"]
    subscription |= {
        "status": "canceled",
        "canceled_at": subscription["canceled_at"] or work.now,
        "ended_at": work.now,
        "cancel_at_period_end": subscription["cancel_at_period_end"] and has_run_out,
        "cancellation_details": _details(reason or "cancellation_requested", given),
    }
    work.save(subscription)
    work.emit("customer.subscription.deleted", subscription)


def _details(reason: str | None, given: Json | None) -> Json:
    return {"comment": None, "feedback": None} | (given or {}) | {"reason": reason}
