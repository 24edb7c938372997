"""Changing what a subscription is for: other prices or quantities, a trial; what that gives back and what it costs."""

from dataclasses import dataclass, field

from sandbox.billing import collecting, discounting, paying, subscriptions
from sandbox.billing.items import new_item, pricing
from sandbox.billing.renewing import draft_invoice, stops_with_trial
from sandbox.billing.subscribing import named_price
from sandbox.errors import CardError, StripeError
from sandbox.money import smallest
from sandbox.types import Json
from sandbox.work import Work, public


@dataclass(frozen=True)
class Change:
    """What is to become of a subscription: some of its items as they are to be, and when its trial is to end.

    `proration` is Stripe's `proration_behavior`: with the next invoice, on one of its own at once, or none. `at` is the
    unix second from which the rest of the period is credited and charged, `trial_end` another, past if it ends now.
    """

    items: list[Json] = field(default_factory=list)
    trial_end: int | None = None
    proration: str = "create_prorations"
    at: int | None = None


def apply(work: Work, subscription: Json, change: Change, *, must_be_paid: bool = False) -> None:
    """Make the change and collect what it costs at once. `must_be_paid` undoes all if that fails, with a CardError."""
    invoice = make(work, subscription, change)
    if invoice and invoice["auto_advance"]:
        _collect(work, invoice, must_be_paid=must_be_paid)


def make(work: Work, subscription: Json, change: Change) -> Json | None:
    """Make the change; return the draft of the invoice that it brings about at once, if there is one.

    Another interval, and a trial's beginning or end, start a new period, which is billed at once.
    """
    before, is_trial = public(subscription), subscription["status"] == "trialing"
    changed = _changed(subscription, change)
    ends_trial = is_trial and change.trial_end is not None and change.trial_end <= work.now
    begins_trial = not is_trial and change.trial_end is not None and change.trial_end > work.now
    starts_anew = not is_trial and (begins_trial or _has_other_interval(subscription, changed))
    if change.proration != "none" and not is_trial:
        _prorate_all(work, subscription, changed, starts_anew=starts_anew, at=change.at)
    subscriptions.put_items(subscription, change.items)
    if ends_trial and stops_with_trial(work, subscription):
        return None
    _move(work, subscription, change.trial_end, starts_anew=starts_anew or ends_trial)
    invoice = None
    if starts_anew or ends_trial:
        items = subscriptions.items(subscription)
        invoice = draft_invoice(work, subscription, items, reason="subscription_update")
    elif changed and change.proration == "always_invoice":
        invoice = draft_invoice(work, subscription, [], reason="subscription_update")
    subscriptions.announce(work, subscription, before)
    subscriptions.warn_if_near(work, subscription)
    return invoice


def _changed(subscription: Json, change: Change) -> list[Json]:
    held = _held(subscription)
    return [item for item in change.items if _terms(item) != _terms(held[item["id"]])]


def _held(subscription: Json) -> dict[str, Json]:
    return {item["id"]: item for item in subscriptions.items(subscription)}


def _terms(item: Json) -> tuple[str, int]:
    return item["price"]["id"], item["quantity"]


def _has_other_interval(subscription: Json, changed: list[Json]) -> bool:
    held = _held(subscription)
    return any(_cycle(item) != _cycle(held[item["id"]]) for item in changed)


def _cycle(item: Json) -> tuple[str, int]:
    recurring = item["price"]["recurring"]
    return recurring["interval"], recurring["interval_count"]


def _move(work: Work, subscription: Json, trial_end: int | None, *, starts_anew: bool) -> None:
    """Set the periods: those of a trial until `trial_end`, or new ones from now on."""
    if trial_end is not None and trial_end > work.now:
        subscriptions.try_until(work, subscription, trial_end)
    elif starts_anew:
        subscriptions.start_anew(work, subscription)


def _prorate_all(
    work: Work, subscription: Json, changed: list[Json], *, starts_anew: bool, at: int | None
) -> None:
    """Credit the rest of what is given up; charge the rest of what replaces it, unless a new period does."""
    held, since = _held(subscription), work.now if at is None else at
    for old in held.values() if starts_anew else [held[item["id"]] for item in changed]:
        _prorate(work, subscription, old, since, sign=-1)
    for new in [] if starts_anew else changed:
        _prorate(work, subscription, new, since, sign=1)


def _prorate(work: Work, subscription: Json, item: Json, at: int, *, sign: int) -> None:
    """Credit (-1) or charge (1) an item for the rest of its period."""
    start, end = item["current_period_start"], item["current_period_end"]
    if not start <= at <= end:
        raise StripeError("The proration date must be within the current period.", param="proration_date")
    price, name, unit = named_price(work, subscription, item)
    whole = unit * item["quantity"]
    if sign < 0:
        whole = discounting.paid_for(work, subscription, item, whole)
    else:
        whole = discounting.worth(work, subscription, whole)
    words = "Unused time on" if sign < 0 else "Remaining time on"
    new_item(
        work,
        work.get("customer", subscription["customer"]),
        amount=sign * _share(whole, end - at, end - start, step=smallest(subscription["currency"])),
        currency=subscription["currency"],
        description=f"{words} {name}",
        discountable=False,
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
    collecting.finalize(work, invoice)
    try:
        collecting.collect(work, invoice)
        if must_be_paid:
            paying.insist(work, invoice)
    except CardError as refusal:
        if must_be_paid:
            refusal.keeps_state = False
            raise
