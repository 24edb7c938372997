"""A checkout's affairs: who pays, what for, and how it stands."""

from typing import TYPE_CHECKING

from payments.adopting import is_past
from payments.alarms import clear_alarm
from payments.checkpoints import reached
from payments.enums import AlarmKind, CheckoutStatus
from payments.fulfilment import follow, fulfil
from payments.gateway.facts import ChargeFacts, InvoiceFacts, Snapshot
from payments.ledger.entries import post_payment
from payments.models import Checkout, Customer, Payment, Subscription
from payments.money import Money
from payments.recording.quarantine import Unexpected, set_aside
from payments.recording.returns import record_returns
from payments.recording.subscriptions import record_subscription, record_uncharged
from payments.recording.unpaid import record_debts
from payments.restoring import restore_checkout
from payments.silence import is_history, silence

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser

_FINAL = (CheckoutStatus.PAID, CheckoutStatus.FAILED, CheckoutStatus.EXPIRED)


def bring_up(snapshot: Snapshot) -> None:
    """Records all that the snapshot tells. Raises Unexpected."""
    # Everything about one checkout passes through this lock, one at a time.
    found = Checkout.objects.select_for_update().filter(reference=snapshot.reference).first()
    checkout = found or restore_checkout(snapshot)
    if checkout is None:
        raise Unexpected(f"no checkout has the reference {snapshot.reference}")
    if checkout.livemode != snapshot.livemode:
        raise Unexpected(f"{checkout} has livemode {checkout.livemode}, Stripe says {snapshot.livemode}")
    customer = _record_customer(checkout, snapshot)
    subscription, before = record_subscription(checkout, customer, snapshot)
    if not is_past(checkout, snapshot.invoice):
        _record_money(checkout, customer, subscription, snapshot)
    elif snapshot.charge:
        set_aside(snapshot.charge, livemode=snapshot.livemode)
    # Last, so that whoever follows knows whose it is.
    if subscription and before:
        with silence(is_history(snapshot.read_at)):
            follow(subscription, before=before)
    _record_status(checkout, snapshot)


def _record_money(
    checkout: Checkout, customer: Customer | None, subscription: Subscription | None, snapshot: Snapshot
) -> None:
    if snapshot.charge:
        payment = _record_payment(checkout, customer, subscription, snapshot, snapshot.charge)
        record_returns(payment=payment, charge=snapshot.charge, read_at=snapshot.read_at)
    elif snapshot.invoice and snapshot.invoice.uncharged and subscription:
        record_uncharged(subscription, snapshot.invoice)
    if subscription:
        record_debts(subscription, snapshot)


def assign_user(*, payment: Payment, user: "AbstractBaseUser") -> None:
    """Says whose payment it is, once that is known, on everything that came with it."""
    payment.user = user  # type: ignore[assignment]
    payment.save(update_fields=["user"])
    assign_customer(fact=payment, user=user)


def assign_customer(*, fact: Payment | Subscription, user: "AbstractBaseUser") -> None:
    """The same without the payment itself: for a subscription that nothing was paid for yet."""
    Checkout.objects.filter(pk=fact.checkout_id, user=None).update(user=user)
    if fact.customer_id:
        Customer.objects.filter(pk=fact.customer_id, user=None).update(user=user)


def _record_customer(checkout: Checkout, snapshot: Snapshot) -> Customer | None:
    facts = snapshot.customer
    if facts is None:
        return None
    customer, _ = Customer.objects.get_or_create(
        stripe_id=facts.stripe_id,
        defaults={"email": facts.email, "livemode": snapshot.livemode, "user": checkout.user},
    )
    # Whoever was deleted is not to be named again by an old charge.
    if facts.email and facts.email != customer.email and customer.deleted_at is None:
        customer.email = facts.email
        customer.save(update_fields=["email"])
    if facts.is_deleted and customer.deleted_at is None:
        # The event that said so may have come before anything told us of them.
        customer.deleted_at = snapshot.read_at
        customer.save(update_fields=["deleted_at"])
    return customer


def _record_payment(
    checkout: Checkout,
    customer: Customer | None,
    subscription: Subscription | None,
    snapshot: Snapshot,
    charge: ChargeFacts,
) -> Payment:
    found = Payment.objects.select_related("checkout").filter(charge_id=charge.stripe_id).first()
    if found:
        return found
    invoice = snapshot.invoice
    if Money(charge.amount, charge.currency) != _due(checkout, invoice):
        raise Unexpected(f"{charge.stripe_id} took {charge.amount} {charge.currency} for {checkout}")
    payment = Payment.objects.create(
        charge_id=charge.stripe_id,
        payment_intent_id=charge.payment_intent_id,
        invoice_id=invoice.stripe_id if invoice else "",
        livemode=snapshot.livemode,
        purpose=checkout.purpose,
        checkout=checkout,
        customer=customer,
        subscription=subscription,
        user=checkout.user,
        amount=charge.amount,
        currency=charge.currency,
        paid_at=charge.paid_at,
        period_start=invoice.period_start if invoice else None,
        period_end=invoice.period_end if invoice else None,
        product_id=invoice.product_id if invoice else "",
        price_amount=invoice.price_amount if invoice else None,
    )
    reached("payment.written")
    post_payment(payment=payment, charge=charge)
    reached("payment.posted")
    with silence(is_history(charge.paid_at)):
        fulfil(payment)
    reached("payment.fulfilled")
    clear_alarm(kind=AlarmKind.QUARANTINED, subject=charge.stripe_id)
    return payment


def _due(checkout: Checkout, invoice: InvoiceFacts | None) -> Money:
    """What we asked for; later, what the invoice of our own subscription asks for: its price may have changed."""
    if invoice is None or invoice.is_first:
        return checkout.first_money
    return Money(invoice.amount, checkout.currency)


def _record_status(checkout: Checkout, snapshot: Snapshot) -> None:
    is_settled = snapshot.charge or (snapshot.invoice and snapshot.invoice.uncharged)
    status = CheckoutStatus.PAID if is_settled else snapshot.checkout_status
    # Money outranks: nobody who was charged may read that they were not.
    is_final = checkout.status == CheckoutStatus.PAID or (checkout.status in _FINAL and not snapshot.charge)
    if status is None or is_final:
        return
    checkout.refresh_from_db()  # fulfilling may have given it a user
    checkout.status = status
    checkout.session_id = snapshot.session_id or checkout.session_id
    if snapshot.charge:
        checkout.completed_at = snapshot.charge.paid_at
    elif snapshot.invoice:
        checkout.completed_at = snapshot.invoice.settled_at
    checkout.save(update_fields=["status", "session_id", "completed_at"])
