"""Reads objects from Stripe as they are now. Each function gives None for an object that is not ours."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.utils import timezone

from payments.enums import CheckoutStatus
from payments.gateway.client import client, our_errors
from payments.gateway.facts import (
    ChargeFacts,
    CustomerFacts,
    GatewayError,
    InvoiceFacts,
    NotThereYet,
    SettlementFacts,
    Snapshot,
    SubscriptionFacts,
)
from payments.gateway.opening import REFERENCE_KEY

if TYPE_CHECKING:
    import stripe


def snapshot_of_session(session_id: str) -> Snapshot | None:
    """The checkout's own page, and what was paid on it."""
    read_at = timezone.now()
    with our_errors():
        session = client().v1.checkout.sessions.retrieve(session_id, {"expand": ["customer", "subscription"]})
    reference = _reference(session.metadata)
    if reference is None:
        return None
    status = _checkout_status(session)
    invoice = charge = None
    if status == CheckoutStatus.PAID:
        invoice, intent_id = _paid(_read_invoice(_id(session.invoice))) if session.invoice else (None, "")
        charge = _read_charge(intent_id or _id(session.payment_intent))
    return Snapshot(
        reference=reference,
        livemode=session.livemode,
        read_at=read_at,
        checkout_status=status,
        session_id=session.id,
        customer=_customer(session.customer, _session_email(session)),
        subscription=_subscription(session.subscription),
        invoice=invoice,
        charge=charge,
    )


def snapshot_of_invoice(invoice_id: str) -> Snapshot | None:
    """A subscription's invoice: the first, or a renewal."""
    read_at = timezone.now()
    invoice = _read_invoice(invoice_id)
    details = invoice.parent and invoice.parent.subscription_details
    if not details:
        return None
    snapshot = snapshot_of_subscription(_id(details.subscription))
    if snapshot is None or invoice.status != "paid":
        return snapshot
    facts, intent_id = _paid(invoice)
    return Snapshot(
        reference=snapshot.reference,
        livemode=snapshot.livemode,
        read_at=read_at,
        customer=snapshot.customer,
        subscription=snapshot.subscription,
        invoice=facts,
        charge=_read_charge(intent_id),
    )


def snapshot_of_subscription(subscription_id: str) -> Snapshot | None:
    """The standing permission alone; says nothing of money."""
    read_at = timezone.now()
    with our_errors():
        subscription = client().v1.subscriptions.retrieve(subscription_id, {"expand": ["customer"]})
    reference = _reference(subscription.metadata)
    if reference is None:
        return None
    return Snapshot(
        reference=reference,
        livemode=subscription.livemode,
        read_at=read_at,
        customer=_customer(subscription.customer, ""),
        subscription=_subscription(subscription),
    )


def _read_invoice(invoice_id: str) -> "stripe.Invoice":
    with our_errors():
        return client().v1.invoices.retrieve(invoice_id, {"expand": ["payments"]})


def _paid(invoice: "stripe.Invoice") -> tuple[InvoiceFacts, str]:
    """What a paid invoice paid for, and the id of the payment intent that paid it."""
    payments = invoice.payments.data if invoice.payments else []
    intents = [_id(each.payment.payment_intent) for each in payments if each.status == "paid"]
    if not intents:
        raise NotThereYet(f"invoice {invoice.id} has no paid payment")
    lines = [line.period for line in invoice.lines.data]
    facts = InvoiceFacts(
        stripe_id=invoice.id,
        period_start=_instant(min(period.start for period in lines)),
        period_end=_instant(max(period.end for period in lines)),
    )
    return facts, intents[0]


def _read_charge(payment_intent_id: str) -> ChargeFacts:
    with our_errors():
        intent = client().v1.payment_intents.retrieve(
            payment_intent_id, {"expand": ["latest_charge.balance_transaction"]}
        )
    charge: Any = intent.latest_charge
    if charge is None or charge.balance_transaction is None:
        raise NotThereYet(f"{payment_intent_id} has no settled charge")
    settled = charge.balance_transaction
    return ChargeFacts(
        stripe_id=charge.id,
        payment_intent_id=payment_intent_id,
        amount=charge.amount_captured,
        currency=charge.currency.upper(),
        paid_at=_instant(charge.created),
        settlement=SettlementFacts(
            stripe_id=settled.id,
            gross=settled.amount,
            fee=settled.fee,
            net=settled.net,
            currency=settled.currency.upper(),
        ),
    )


def _checkout_status(session: "stripe.checkout.Session") -> CheckoutStatus:
    if session.status == "open":
        return CheckoutStatus.OPEN
    if session.status == "expired":
        return CheckoutStatus.EXPIRED
    return CheckoutStatus.PAID if session.payment_status == "paid" else CheckoutStatus.PENDING


def _subscription(found: Any) -> SubscriptionFacts | None:
    if found is None:
        return None
    # Since API 2025-03-31 the period stands on the items.
    items = found["items"].data
    return SubscriptionFacts(
        stripe_id=found.id,
        customer_id=_id(found.customer),
        status=found.status,
        current_period_start=_instant(min(item.current_period_start for item in items)),
        current_period_end=_instant(max(item.current_period_end for item in items)),
        is_ending=found.cancel_at_period_end or found.status == "canceled",
    )


def _customer(found: Any, email: str) -> CustomerFacts | None:
    if found is None:
        return None
    return CustomerFacts(stripe_id=_id(found), email=getattr(found, "email", None) or email)


def _session_email(session: "stripe.checkout.Session") -> str:
    return (session.customer_details and session.customer_details.email) or ""


def _reference(metadata: Any) -> UUID | None:
    text = metadata[REFERENCE_KEY] if metadata and REFERENCE_KEY in metadata else None
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def _id(found: Any) -> str:
    """The id of an object that may stand there as its id alone."""
    if found is None:
        raise GatewayError("Stripe gave no object where one must be")
    return found if isinstance(found, str) else str(found.id)


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
