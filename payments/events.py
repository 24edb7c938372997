"""Which object each of Stripe's events hints at, and how it is read."""

import json
from collections.abc import Callable
from functools import partial

from payments.enums import CatalogueKind
from payments.gateway import catalogue, reading
from payments.gateway.facts import Facts
from payments.models import StripeEvent

Reader = Callable[[str], Facts | None]
_READERS: dict[str, Reader] = {
    "checkout.session.completed": reading.snapshot_of_session,
    "checkout.session.async_payment_succeeded": reading.snapshot_of_session,
    "checkout.session.async_payment_failed": reading.snapshot_of_session,
    "checkout.session.expired": reading.snapshot_of_session,
    "invoice.paid": reading.snapshot_of_invoice,
    "invoice.payment_failed": reading.snapshot_of_invoice,
    "invoice.payment_action_required": reading.snapshot_of_invoice,
    "invoice.voided": reading.snapshot_of_invoice,
    "invoice.marked_uncollectible": reading.snapshot_of_invoice,
    "customer.subscription.created": reading.snapshot_of_subscription,
    "customer.subscription.updated": reading.snapshot_of_subscription,
    "customer.subscription.deleted": reading.snapshot_of_subscription,
    "customer.subscription.paused": reading.snapshot_of_subscription,
    "customer.subscription.resumed": reading.snapshot_of_subscription,
    "customer.deleted": reading.customer_gone,
    "customer.updated": reading.card_of_customer,
    "payment_method.attached": reading.attached_card,
    "charge.refunded": reading.affairs_of_charge,
    "refund.created": reading.affairs_of_refund,
    "refund.updated": reading.affairs_of_refund,
    "refund.failed": reading.affairs_of_refund,
    "charge.dispute.created": reading.affairs_of_dispute,
    "charge.dispute.updated": reading.affairs_of_dispute,
    "charge.dispute.funds_withdrawn": reading.affairs_of_dispute,
    "charge.dispute.funds_reinstated": reading.affairs_of_dispute,
    "charge.dispute.closed": reading.affairs_of_dispute,
    "payout.created": reading.facts_of_payout,
    "payout.updated": reading.facts_of_payout,
    "payout.paid": reading.facts_of_payout,
    "payout.failed": reading.facts_of_payout,
    "payout.canceled": reading.facts_of_payout,
    "payout.reconciliation_completed": reading.facts_of_payout,
    "product.updated": partial(catalogue.facts_of, CatalogueKind.PRODUCT),
    "product.deleted": partial(catalogue.facts_of, CatalogueKind.PRODUCT),
    "price.created": partial(catalogue.facts_of, CatalogueKind.PRICE),
    "price.updated": partial(catalogue.facts_of, CatalogueKind.PRICE),
    "price.deleted": partial(catalogue.facts_of, CatalogueKind.PRICE),
    "coupon.deleted": partial(catalogue.facts_of, CatalogueKind.COUPON),
}
TYPES = tuple(_READERS)
"""What a webhook endpoint must be subscribed to. Others do no harm."""


def read(event: StripeEvent) -> Facts | None:
    """What Stripe says now about the event's object; None if that is not ours. Raises GatewayError."""
    reader = _READERS.get(event.type)
    if reader is None:
        return None
    return reader(json.loads(bytes(event.body))["data"]["object"]["id"])
