"""Subscriptions that another system made at our Stripe account: read, and marked as ours. Raises GatewayError."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from payments.gateway import mapping
from payments.gateway.client import client, our_errors
from payments.gateway.facts import GatewayError, Refused
from payments.gateway.opening import metadata_of
from payments.models import Checkout, Subscription


class NoCustomer(GatewayError):
    """There is no such customer at our Stripe account, or not any more."""


@dataclass(frozen=True, slots=True)
class Strange:
    """A running subscription, whoever made it: `amount` in minor units every `every` `interval`s.

    `amount` is None where no fixed price says it. `since`: when its latest invoice was settled, else made, in seconds
    of Stripe's clock: what was settled until then is not ours. `reference` and `site`: of who took it over before us.
    """

    stripe_id: str
    customer_id: str
    email: str
    status: str
    product_id: str
    price_id: str
    amount: int | None
    currency: str
    interval: str
    every: int
    prices: int
    is_invoiced: bool
    """Not charged by itself: an invoice is sent, and paid by hand."""
    period_start: datetime
    period_end: datetime
    since: int
    reference: UUID | None
    site: str


@dataclass(frozen=True, slots=True)
class StrangeCustomer:
    email: str
    subscriptions: tuple[Strange, ...]


def read_customer(customer_id: str) -> StrangeCustomer:
    """The customer with all subscriptions that run. Raises NoCustomer."""
    try:
        with our_errors():
            found = client().v1.customers.retrieve(customer_id)
    except Refused as refusal:
        raise NoCustomer(f"Stripe knows no customer {customer_id}: {refusal}") from refusal
    if getattr(found, "deleted", False):
        raise NoCustomer(f"{customer_id} was deleted at Stripe")
    email = found.email or ""
    asked: Any = {
        "customer": customer_id,
        "status": "all",
        "limit": 100,
        "expand": ["data.latest_invoice"],
    }
    with our_errors():
        listed = list(client().v1.subscriptions.list(asked).auto_paging_iter())
    running = (each for each in listed if each.status in Subscription.RUNNING)
    return StrangeCustomer(email=email, subscriptions=tuple(_strange(each, email) for each in running))


def name_of_product(product_id: str) -> str:
    """What the product is called at Stripe."""
    with our_errors():
        return str(client().v1.products.retrieve(product_id).name)


def mark_as_ours(subscription_id: str, checkout: Checkout) -> None:
    """Puts what we put on every subscription on this one too; what others put there stays."""
    with our_errors():
        client().v1.subscriptions.update(
            subscription_id,
            {"metadata": metadata_of(checkout)},
            {"idempotency_key": str(checkout.idempotency_key)},
        )


def _strange(found: Any, email: str) -> Strange:
    items = found["items"].data
    price, quantity = items[0].price, items[0].quantity or 1
    return Strange(
        stripe_id=found.id,
        customer_id=mapping.id_of(found.customer),
        email=email,
        status=found.status,
        product_id=mapping.id_of(price.product),
        price_id=price.id,
        amount=None if price.unit_amount is None else price.unit_amount * quantity,
        currency=price.currency.upper(),
        interval=price.recurring.interval,
        every=price.recurring.interval_count,
        prices=len(items),
        is_invoiced=found.collection_method == "send_invoice",
        period_start=mapping.instant(items[0].current_period_start),
        period_end=mapping.instant(items[0].current_period_end),
        since=_settled(found.latest_invoice) or found.created,
        reference=mapping.reference(found.metadata),
        site=mapping.terms(found.metadata).get("site", ""),
    )


def _settled(invoice: Any) -> int:
    if invoice is None:
        return 0
    paid_at = invoice.status_transitions.paid_at if invoice.status == "paid" else None
    return int(paid_at or invoice.created)
