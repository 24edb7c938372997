"""Writes what Stripe says into our rows, posts it and fulfils it: one transaction, the same end in any order."""

from typing import TYPE_CHECKING

from django.db import transaction

from payments.enums import CheckoutStatus
from payments.fulfilment import fulfil
from payments.gateway.facts import ChargeFacts, Snapshot, SubscriptionFacts
from payments.ledger.entries import post_payment
from payments.models import Checkout, Customer, Payment, Subscription

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser

_FINAL = (CheckoutStatus.PAID, CheckoutStatus.FAILED, CheckoutStatus.EXPIRED)


class Unexpected(Exception):
    """Stripe's facts do not fit what we asked for. Nothing is delivered; a person must look."""


@transaction.atomic
def record(snapshot: Snapshot) -> None:
    """Brings our rows up to the snapshot. Raises Unexpected."""
    # Everything about one checkout passes through this lock, one at a time.
    checkout = Checkout.objects.select_for_update().filter(reference=snapshot.reference).first()
    if checkout is None:
        raise Unexpected(f"no checkout has the reference {snapshot.reference}")
    if checkout.livemode != snapshot.livemode:
        raise Unexpected(f"{checkout} has livemode {checkout.livemode}, Stripe says {snapshot.livemode}")
    customer = _record_customer(checkout, snapshot)
    subscription = _record_subscription(checkout, customer, snapshot)
    if snapshot.charge:
        _record_payment(checkout, customer, subscription, snapshot, snapshot.charge)
    _record_status(checkout, snapshot)


def assign_user(*, payment: Payment, user: "AbstractBaseUser") -> None:
    """Says whose payment it is, once that is known, on everything that came with it."""
    payment.user = user  # type: ignore[assignment]
    payment.save(update_fields=["user"])
    Checkout.objects.filter(pk=payment.checkout_id, user=None).update(user=user)
    if payment.customer_id:
        Customer.objects.filter(pk=payment.customer_id, user=None).update(user=user)


def _record_customer(checkout: Checkout, snapshot: Snapshot) -> Customer | None:
    if snapshot.customer is None:
        return None
    customer, _ = Customer.objects.update_or_create(
        stripe_id=snapshot.customer.stripe_id,
        defaults={"email": snapshot.customer.email},
        create_defaults={
            "email": snapshot.customer.email,
            "livemode": snapshot.livemode,
            "user": checkout.user,
        },
    )
    return customer


def _record_subscription(
    checkout: Checkout, customer: Customer | None, snapshot: Snapshot
) -> Subscription | None:
    facts = snapshot.subscription
    if facts is None or customer is None:
        return None
    subscription = Subscription.objects.filter(stripe_id=facts.stripe_id).first()
    if subscription is None:
        return Subscription.objects.create(
            stripe_id=facts.stripe_id,
            livemode=snapshot.livemode,
            customer=customer,
            checkout=checkout,
            read_at=snapshot.read_at,
            **_changing(facts),
        )
    # A worker that read early and writes late must not put an old state back.
    if subscription.read_at < snapshot.read_at:
        Subscription.objects.filter(pk=subscription.pk).update(read_at=snapshot.read_at, **_changing(facts))
    return subscription


def _changing(facts: SubscriptionFacts) -> dict[str, object]:
    return {
        "status": facts.status,
        "current_period_start": facts.current_period_start,
        "current_period_end": facts.current_period_end,
        "is_ending": facts.is_ending,
    }


def _record_payment(
    checkout: Checkout,
    customer: Customer | None,
    subscription: Subscription | None,
    snapshot: Snapshot,
    charge: ChargeFacts,
) -> None:
    if (charge.amount, charge.currency) != (checkout.amount, checkout.currency):
        raise Unexpected(f"{charge.stripe_id} took {charge.amount} {charge.currency} for {checkout}")
    payment, is_new = Payment.objects.get_or_create(
        charge_id=charge.stripe_id,
        defaults={
            "payment_intent_id": charge.payment_intent_id,
            "invoice_id": snapshot.invoice.stripe_id if snapshot.invoice else "",
            "livemode": snapshot.livemode,
            "purpose": checkout.purpose,
            "checkout": checkout,
            "customer": customer,
            "subscription": subscription,
            "user": checkout.user,
            "amount": charge.amount,
            "currency": charge.currency,
            "paid_at": charge.paid_at,
            "period_start": snapshot.invoice.period_start if snapshot.invoice else None,
            "period_end": snapshot.invoice.period_end if snapshot.invoice else None,
        },
    )
    if is_new:
        post_payment(payment=payment, charge=charge)
        fulfil(payment)


def _record_status(checkout: Checkout, snapshot: Snapshot) -> None:
    status = CheckoutStatus.PAID if snapshot.charge else snapshot.checkout_status
    # Money outranks: nobody who was charged may read that they were not.
    is_final = checkout.status == CheckoutStatus.PAID or (checkout.status in _FINAL and not snapshot.charge)
    if status is None or is_final:
        return
    checkout.refresh_from_db()  # fulfilling may have given it a user
    checkout.status = status
    checkout.session_id = snapshot.session_id or checkout.session_id
    if snapshot.charge:
        checkout.completed_at = snapshot.charge.paid_at
    checkout.save(update_fields=["status", "session_id", "completed_at"])
