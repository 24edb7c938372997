"""Reads objects from Stripe as they are now. Gives None for an object that is not ours. Raises GatewayError."""

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import timezone

from payments.enums import CheckoutStatus, Debt
from payments.gateway import billing, mapping
from payments.gateway.client import client, our_errors
from payments.gateway.facts import (
    CardNews,
    ChargeFacts,
    CustomerGone,
    LooseTransaction,
    NotThereYet,
    PayoutFacts,
    Snapshot,
    StrayCharge,
    UnpaidFacts,
)
from payments.gateway.mapping import id_of

if TYPE_CHECKING:
    import stripe

INVOICE_PARTS = ["payments", "parent.subscription_details.subscription.default_payment_method"]
SUBSCRIPTION_PARTS = [
    "customer.invoice_settings.default_payment_method",
    "default_payment_method",
]
_INTENT_PARTS = ["latest_charge.balance_transaction"]
_PAYOUT_PARTS = ["balance_transaction", "failure_balance_transaction"]
REFUND_PARTS = _PAYOUT_PARTS


def snapshot_of_session(session_id: str) -> Snapshot | None:
    """The checkout's own page, and what was paid on it."""
    read_at = timezone.now()
    with our_errors():
        session = client().v1.checkout.sessions.retrieve(
            session_id, {"expand": ["customer", "subscription.default_payment_method", "invoice.payments"]}
        )
    reference = mapping.reference(session.metadata)
    if reference is None:
        return None
    intent = _intent_of(session)
    status = mapping.checkout_status(session, intent)
    is_paid = status == CheckoutStatus.PAID
    invoice = billing.invoice(session.invoice) if is_paid else None
    is_charged = is_paid and not (invoice and invoice.uncharged)
    return Snapshot(
        reference=reference,
        livemode=session.livemode,
        read_at=read_at,
        terms=mapping.terms(session.metadata),
        checkout_status=status,
        session_id=session.id,
        customer=mapping.customer(session.customer, _session_email(session)),
        subscription=billing.subscription(session.subscription),
        invoice=invoice,
        charge=_charge_of(intent) if is_charged else None,
    )


def snapshot_of_invoice(invoice_id: str) -> Snapshot | None:
    """A subscription's invoice: the first, or a renewal; paid, or not."""
    read_at = timezone.now()
    with our_errors():
        invoice = client().v1.invoices.retrieve(invoice_id, {"expand": INVOICE_PARTS})
    snapshot = without_charge(invoice, read_at=read_at)
    if snapshot and snapshot.unpaid and snapshot.unpaid.state == Debt.OPEN:
        return replace(snapshot, unpaid=_with_failure(snapshot.unpaid, invoice, read_at=read_at))
    if snapshot is None or snapshot.invoice is None or snapshot.invoice.uncharged:
        return snapshot
    return replace(snapshot, charge=_charge_of(_read_intent(billing.paying_intent(invoice))))


def without_charge(invoice: "stripe.Invoice", *, read_at: datetime) -> Snapshot | None:
    """What an invoice tells by itself, read with INVOICE_PARTS; with the period only if it is settled."""
    details = invoice.parent and invoice.parent.subscription_details
    subscription: Any = details and details.subscription
    if not subscription:
        return None
    reference = mapping.reference(subscription.metadata)
    if reference is None:
        return None
    return Snapshot(
        reference=reference,
        livemode=invoice.livemode,
        read_at=read_at,
        terms=mapping.terms(subscription.metadata),
        customer=mapping.customer(invoice.customer, invoice.customer_email),
        subscription=billing.subscription(subscription),
        invoice=billing.invoice(invoice),
        unpaid=billing.unpaid(invoice),
    )


def _with_failure(facts: UnpaidFacts, invoice: "stripe.Invoice", *, read_at: datetime) -> UnpaidFacts | None:
    intent_id = billing.collecting_intent(invoice)
    if intent_id is None:
        return facts
    return billing.with_failure(facts, _read_intent(intent_id), read_at=read_at)


def snapshot_of_subscription(subscription_id: str) -> Snapshot | None:
    """The standing permission alone; says nothing of money."""
    read_at = timezone.now()
    with our_errors():
        subscription = client().v1.subscriptions.retrieve(subscription_id, {"expand": SUBSCRIPTION_PARTS})
    return subscription_alone(subscription, read_at=read_at)


def snapshot_of_latest_invoice(subscription_id: str) -> Snapshot | None:
    """The subscription with the last invoice that it made."""
    with our_errors():
        subscription = client().v1.subscriptions.retrieve(subscription_id)
    latest = subscription.latest_invoice
    return snapshot_of_invoice(id_of(latest)) if latest else snapshot_of_subscription(subscription_id)


def subscription_alone(subscription: "stripe.Subscription", *, read_at: datetime) -> Snapshot | None:
    """What a subscription tells by itself, with its customer or that one's id."""
    reference = mapping.reference(subscription.metadata)
    if reference is None:
        return None
    return Snapshot(
        reference=reference,
        livemode=subscription.livemode,
        read_at=read_at,
        terms=mapping.terms(subscription.metadata),
        customer=mapping.customer(subscription.customer),
        subscription=billing.subscription(subscription),
    )


def affairs_of_charge(charge_id: str) -> Snapshot | StrayCharge | None:
    """A charge with its refunds and disputes, and the checkout that it belongs to. None: it took no money."""
    read_at = timezone.now()
    with our_errors():
        charge = client().v1.charges.retrieve(charge_id, {"expand": ["balance_transaction"]})
    if charge.status != "succeeded":
        return None
    facts = _with_returns(charge, are_refunds_likely=True)
    owner = _owner_of(charge, read_at=read_at)
    if owner is None:
        return StrayCharge(charge=facts, livemode=charge.livemode)
    return replace(owner, charge=facts)


def affairs_of_refund(refund_id: str) -> Snapshot | StrayCharge | None:
    """The charge that a refund gave back, with all of its affairs."""
    with our_errors():
        refund = client().v1.refunds.retrieve(refund_id)
    return affairs_of_charge(id_of(refund.charge))


def affairs_of_dispute(dispute_id: str) -> Snapshot | StrayCharge | None:
    """The charge that a dispute contests, with all of its affairs."""
    with our_errors():
        dispute = client().v1.disputes.retrieve(dispute_id)
    return affairs_of_charge(id_of(dispute.charge))


def facts_of_payout(payout_id: str) -> PayoutFacts:
    """A payout, and what it paid out, once Stripe has settled that."""
    read_at = timezone.now()
    with our_errors():
        payout = client().v1.payouts.retrieve(payout_id, {"expand": _PAYOUT_PARTS})
        is_told = payout.automatic and payout.reconciliation_status == "completed"
        listed = (
            client().v1.balance_transactions.list({"payout": payout_id, "limit": 100}) if is_told else None
        )
        found = [mapping.transaction(each) for each in listed.auto_paging_iter()] if listed else []
    own = (payout.balance_transaction, payout.failure_balance_transaction)
    own_ids = {id_of(each) for each in own if each}
    members = [member for member in found if member.stripe_id not in own_ids]
    return mapping.payout(payout, livemode=payout.livemode, read_at=read_at, members=members)


def customer_gone(customer_id: str) -> CustomerGone | None:
    """The customer, if it was deleted at Stripe."""
    with our_errors():
        customer = client().v1.customers.retrieve(customer_id)
    if not getattr(customer, "deleted", False):
        return None
    return CustomerGone(stripe_id=customer_id, livemode=settings.STRIPE_LIVEMODE, read_at=timezone.now())


def card_of_customer(customer_id: str) -> CardNews | None:
    """The card that pays for the customer where nothing else is said; None if there is none."""
    with our_errors():
        customer: Any = client().v1.customers.retrieve(
            customer_id, {"expand": ["invoice_settings.default_payment_method"]}
        )
    if getattr(customer, "deleted", False):
        return None
    card = billing.card_of(customer.invoice_settings.default_payment_method)
    return CardNews(customer_id=customer_id, card=card) if card else None


def attached_card(method_id: str) -> CardNews | None:
    """Whose a payment method is that was just added."""
    with our_errors():
        method = client().v1.payment_methods.retrieve(method_id)
    return CardNews(customer_id=id_of(method.customer)) if method.customer and method.type == "card" else None


def affairs_of_transaction(
    transaction_id: str,
) -> Snapshot | StrayCharge | LooseTransaction | PayoutFacts | None:
    """Whatever a balance transaction is a part of."""
    with our_errors():
        transaction = client().v1.balance_transactions.retrieve(transaction_id, {"expand": ["source"]})
    return affairs_of_source(transaction)


def affairs_of_source(
    transaction: "stripe.BalanceTransaction",
) -> Snapshot | StrayCharge | LooseTransaction | PayoutFacts | None:
    """The same, of a balance transaction with its source expanded."""
    source: Any = transaction.source
    match getattr(source, "object", None):
        case "charge":
            return affairs_of_charge(source.id)
        case "refund" | "dispute" if source.charge:
            return affairs_of_charge(id_of(source.charge))
        case "payout":
            return facts_of_payout(source.id)
    return LooseTransaction(mapping.transaction(transaction), livemode=settings.STRIPE_LIVEMODE)


def _intent_of(session: "stripe.checkout.Session") -> Any:
    """What pays, or tries to pay, a session that is through; None while it is open."""
    if session.status != "complete":
        return None
    invoice: Any = session.invoice
    tries = invoice.payments.data if invoice and invoice.payments else []
    # The one that paid, else the latest try.
    tries = sorted(tries, key=lambda each: (each.status == "paid", each.created))
    intent_id = id_of(tries[-1].payment.payment_intent) if tries else session.payment_intent
    return _read_intent(id_of(intent_id)) if intent_id else None


def _read_intent(intent_id: str) -> "stripe.PaymentIntent":
    with our_errors():
        return client().v1.payment_intents.retrieve(intent_id, {"expand": _INTENT_PARTS})


def _charge_of(intent: Any) -> ChargeFacts:
    if intent is None or intent.latest_charge is None:
        raise NotThereYet("no charge has been made yet")
    return _with_returns(intent.latest_charge)


def _with_returns(charge: Any, *, are_refunds_likely: bool = False) -> ChargeFacts:
    """The charge with its refunds and disputes; Stripe is asked for those only if there are signs of them.

    Of a refund that failed, a charge shows none.
    """
    if not (charge.amount_refunded or charge.disputed or are_refunds_likely):
        return mapping.charge(charge)
    asked: Any = {"charge": charge.id, "limit": 100}
    with our_errors():
        refunds = client().v1.refunds.list(asked | {"expand": [f"data.{part}" for part in REFUND_PARTS]})
        disputes = client().v1.disputes.list(asked) if charge.disputed else None
        return mapping.charge(
            charge,
            refunds=[mapping.refund(each) for each in refunds.auto_paging_iter()],
            disputes=[mapping.dispute(each) for each in disputes.auto_paging_iter()] if disputes else (),
        )


def _owner_of(charge: Any, *, read_at: datetime) -> Snapshot | None:
    """The checkout's side of a charge: told by the charge itself if it was paid once, else by its invoice."""
    owner = owner_by_metadata(charge, read_at=read_at)
    if owner or not charge.payment_intent:
        return owner
    payment: Any = {"type": "payment_intent", "payment_intent": id_of(charge.payment_intent)}
    with our_errors():
        paid = client().v1.invoice_payments.list({"payment": payment, "limit": 1}).data
        if not paid:
            return None
        invoice = client().v1.invoices.retrieve(id_of(paid[0].invoice), {"expand": INVOICE_PARTS})
    if invoice.status != "paid":
        raise NotThereYet(f"invoice {invoice.id} is not paid yet")
    return without_charge(invoice, read_at=read_at)


def owner_by_metadata(charge: Any, *, read_at: datetime) -> Snapshot | None:
    """The checkout's side of a charge that was paid once: Stripe copies what we wrote on its payment intent."""
    reference = mapping.reference(charge.metadata)
    if reference is None:
        return None
    return Snapshot(
        reference=reference,
        livemode=charge.livemode,
        read_at=read_at,
        terms=mapping.terms(charge.metadata),
        customer=mapping.customer(charge.customer, charge.billing_details.email or _email_on_page(charge)),
    )


def _email_on_page(charge: Any) -> str:
    """What the payer gave on Stripe's page, where the charge does not tell: a wallet may keep it."""
    if not charge.payment_intent:
        return ""
    with our_errors():
        asked: Any = {"payment_intent": id_of(charge.payment_intent), "limit": 1}
        sessions = client().v1.checkout.sessions.list(asked).data
    return _session_email(sessions[0]) if sessions else ""


def _session_email(session: "stripe.checkout.Session") -> str:
    return (session.customer_details and session.customer_details.email) or ""
