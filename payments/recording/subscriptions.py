"""A subscription as Stripe tells it, and the invoices of it that took no money."""

from copy import copy
from typing import Any

from payments.fulfilment import cover
from payments.gateway.facts import InvoiceFacts, Snapshot, SubscriptionFacts
from payments.models import Checkout, Customer, Subscription, UnchargedInvoice
from payments.silence import is_history, silence


def record_subscription(
    checkout: Checkout, customer: Customer | None, snapshot: Snapshot
) -> tuple[Subscription | None, Subscription | None]:
    """Brings the row up to what was read; as it is now, and as it was if it was there and is read anew."""
    facts = snapshot.subscription
    if facts is None or customer is None:
        return None, None
    found = Subscription.objects.filter(stripe_id=facts.stripe_id).first()
    if found is None:
        made = Subscription.objects.create(
            stripe_id=facts.stripe_id,
            livemode=snapshot.livemode,
            customer=customer,
            checkout=checkout,
            read_at=snapshot.read_at,
            **state_of(facts),
        )
        return made, None
    # A worker that read early and writes late must not put an old state back.
    if found.read_at >= snapshot.read_at:
        return found, None
    before = copy(found)
    found.read_at = snapshot.read_at
    for name, value in state_of(facts).items():
        setattr(found, name, value)
    found.save()
    return found, before


def state_of(facts: SubscriptionFacts) -> dict[str, Any]:
    """The fields of a subscription that change with time, as told."""
    state = {
        "status": facts.status,
        "current_period_start": facts.current_period_start,
        "current_period_end": facts.current_period_end,
        "is_ending": facts.is_ending,
        "amount": facts.amount,
        "currency": facts.currency,
        "interval": facts.interval,
        "product_id": facts.product_id,
        "price_id": facts.price_id,
        "trial_ends_at": facts.trial_ends_at,
        "rest": facts.rest or "",
        "is_paused": facts.is_paused,
        "paused_until": facts.paused_until,
        "item_id": facts.item_id,
        "ended_at": facts.ended_at,
        "ending_reason": facts.ending_reason,
    }
    if facts.card:
        state |= {
            "card_brand": facts.card.brand,
            "card_last4": facts.card.last4,
            "card_expires_on": facts.card.expires_on,
        }
    return state


def record_uncharged(subscription: Subscription, invoice: InvoiceFacts) -> None:
    """A period that no money was taken for, once, and what it gives."""
    row, is_new = UnchargedInvoice.objects.get_or_create(
        invoice_id=invoice.stripe_id,
        defaults={
            "livemode": subscription.livemode,
            "subscription": subscription,
            "reason": str(invoice.uncharged),
            "product_id": invoice.product_id,
            "amount": invoice.price_amount or subscription.amount,
            "currency": invoice.currency,
            "period_start": invoice.period_start,
            "period_end": invoice.period_end,
            "settled_at": invoice.settled_at,
        },
    )
    if is_new:
        with silence(is_history(invoice.settled_at)):
            cover(row)
