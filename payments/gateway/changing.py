"""Asks Stripe to change a subscription. Each call has a key of ours: repeated, it does no more. Raises GatewayError."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from payments.enums import Interval, Rest
from payments.gateway.client import client, our_errors
from payments.gateway.facts import GatewayError, Snapshot
from payments.gateway.mapping import id_of
from payments.gateway.opening import METADATA_PREFIX
from payments.gateway.reading import SUBSCRIPTION_PARTS, subscription_alone
from payments.models import Subscription


@dataclass(frozen=True, slots=True)
class Price:
    """What a subscription shall charge: `amount` in minor units each `interval`. Without a product, one is made."""

    amount: int
    currency: str
    interval: Interval
    product_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Bill:
    """What a change charges at once, and what of it is taken off for time that was paid for; minor units."""

    due: int
    credit: int


@dataclass(frozen=True, slots=True)
class Changed:
    """The subscription as it is now, and its latest invoice."""

    snapshot: Snapshot
    invoice_id: str


def preview_price(subscription: Subscription, price: Price, *, at: datetime) -> Bill:
    """What changing to the price at that instant would charge. Changes nothing."""
    details = {
        "items": [_item(subscription, price, price.product_id or subscription.product_id)],
        "proration_behavior": "always_invoice",
        "proration_date": int(at.timestamp()),
    }
    asked: Any = {"subscription": subscription.stripe_id, "subscription_details": details}
    with our_errors():
        bill = client().v1.invoices.create_preview(asked)
    return Bill(due=bill.amount_due, credit=-sum(line.amount for line in bill.lines.data if line.amount < 0))


def change_price_now(subscription: Subscription, price: Price, *, at: datetime, key: str) -> Changed:
    """Charges what `preview_price` showed for that instant, at once. Declined: nothing has changed."""
    return _update(
        subscription,
        key,
        items=[_item(subscription, price, _product_of(price, key))],
        proration_behavior="always_invoice",
        proration_date=int(at.timestamp()),
        payment_behavior="error_if_incomplete",
    )


def change_price_later(
    subscription: Subscription, price: Price, *, rest_until: datetime | None, key: str
) -> Changed:
    """Charges the price from the next payment on. `rest_until`: when that is, if the interval is another."""
    return _update(
        subscription,
        key,
        items=[_item(subscription, price, _product_of(price, key))],
        proration_behavior="none",
        **(_rest(rest_until, Rest.CHANGE) if rest_until else {}),
    )


def move_next_charge(subscription: Subscription, *, until: datetime, why: Rest, key: str) -> Changed:
    """Charges nothing before `until`, and goes on from there."""
    return _update(subscription, key, proration_behavior="none", **_rest(until, why))


def charge_again(subscription: Subscription, *, key: str) -> Changed:
    """Ends a rest: a new period begins and is charged now. Declined: it rests on. Or ends a pause made at Stripe."""
    if subscription.is_paused:
        return _update(subscription, key, pause_collection="")
    return _update(
        subscription,
        key,
        trial_end="now",
        proration_behavior="none",
        payment_behavior="error_if_incomplete",
    )


def end_with_period(
    subscription: Subscription, *, is_ending: bool, feedback: str = "", comment: str = "", key: str
) -> Changed:
    """Lets the subscription end with the period, or go on after all."""
    return _update(subscription, key, cancel_at_period_end=is_ending, **_why(feedback, comment))


def end_now(subscription: Subscription, *, feedback: str = "", comment: str = "", key: str) -> Changed:
    """Ends the subscription at once. What is still owed for it is no longer collected."""
    asked: Any = {"expand": SUBSCRIPTION_PARTS} | _why(feedback, comment)
    read_at = timezone.now()
    with our_errors():
        found = client().v1.subscriptions.cancel(subscription.stripe_id, asked, {"idempotency_key": key})
        owed: Any = {"subscription": subscription.stripe_id, "status": "open", "limit": 10}
        for invoice in client().v1.invoices.list(owed).data:
            client().v1.invoices.void_invoice(invoice.id, {}, {"idempotency_key": f"{key}-{invoice.id}"})
    return _changed(found, read_at)


def _why(feedback: str, comment: str) -> dict[str, Any]:
    told = {name: text for name, text in (("feedback", feedback), ("comment", comment)) if text}
    return {"cancellation_details": told} if told else {}


def _update(subscription: Subscription, key: str, **asked: Any) -> Changed:
    # Before the call: what an event tells later is newer than this.
    read_at = timezone.now()
    parameters: Any = asked | {"expand": SUBSCRIPTION_PARTS}
    with our_errors():
        found = client().v1.subscriptions.update(subscription.stripe_id, parameters, {"idempotency_key": key})
    return _changed(found, read_at)


def _changed(found: Any, read_at: datetime) -> Changed:
    snapshot = subscription_alone(found, read_at=read_at)
    if snapshot is None:
        raise GatewayError(f"{found.id} does not say whose it is")
    return Changed(snapshot=snapshot, invoice_id=id_of(found.latest_invoice) if found.latest_invoice else "")


def _item(subscription: Subscription, price: Price, product_id: str) -> dict[str, Any]:
    data = {
        "currency": price.currency.lower(),
        "unit_amount": price.amount,
        "product": product_id,
        "recurring": {"interval": price.interval},
    }
    return {"id": subscription.item_id, "price_data": data, "quantity": 1}


def _product_of(price: Price, key: str) -> str:
    if price.product_id:
        return price.product_id
    with our_errors():
        made = client().v1.products.create({"name": price.name}, {"idempotency_key": f"{key}-product"})
    return made.id


def _rest(until: datetime, why: Rest) -> dict[str, Any]:
    return {"trial_end": int(until.timestamp()), "metadata": {f"{METADATA_PREFIX}rest": why}}
