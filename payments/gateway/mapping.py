"""From the SDK's objects to our facts. Asks nobody; where something must be there and is not, raises NotThereYet."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from dateutil.relativedelta import relativedelta

from payments.enums import CheckoutStatus, Debt, Interval, PayoutStatus, RefundStatus, Rest, Uncharged
from payments.gateway.facts import (
    CardFacts,
    ChargeFacts,
    CustomerFacts,
    DisputeFacts,
    GatewayError,
    InvoiceFacts,
    NotThereYet,
    PayoutFacts,
    RefundFacts,
    SubscriptionFacts,
    TransactionFacts,
    UnpaidFacts,
)
from payments.gateway.opening import METADATA_PREFIX, REFERENCE_KEY

if TYPE_CHECKING:
    import stripe

_GIVEN_UP = ("requires_payment_method", "canceled")
"""A payment intent that was confirmed once and stands here again has failed."""


def transaction(found: Any) -> TransactionFacts:
    """A balance transaction; its source may be an id or the object."""
    return TransactionFacts(
        stripe_id=found.id,
        type=found.type,
        reporting_category=found.reporting_category,
        source_id=_id_or_empty(found.source),
        gross=found.amount,
        fee=found.fee,
        net=found.net,
        currency=found.currency.upper(),
        exchange_rate=None if found.exchange_rate is None else Decimal(str(found.exchange_rate)),
        created_at=instant(found.created),
        available_on=day(found.available_on),
    )


def charge(
    found: Any,
    *,
    booked: TransactionFacts | None = None,
    refunds: Iterable[RefundFacts] = (),
    disputes: Iterable[DisputeFacts] = (),
) -> ChargeFacts:
    """A charge that took money. `booked`: its movement, if the charge carries that as an id alone."""
    if found.status != "succeeded" or found.balance_transaction is None:
        raise NotThereYet(f"{found.id} has not settled")
    return ChargeFacts(
        stripe_id=found.id,
        payment_intent_id=_id_or_empty(found.payment_intent),
        amount=found.amount_captured,
        currency=found.currency.upper(),
        paid_at=instant(found.created),
        transaction=booked or transaction(found.balance_transaction),
        refunds=tuple(refunds),
        disputes=tuple(disputes),
    )


def refund(found: Any) -> RefundFacts:
    """A refund, with its balance transactions expanded."""
    movements = (found.balance_transaction, getattr(found, "failure_balance_transaction", None))
    return RefundFacts(
        stripe_id=found.id,
        amount=found.amount,
        currency=found.currency.upper(),
        status=RefundStatus(found.status),
        reason=found.reason or "",
        failure_reason=getattr(found, "failure_reason", None) or "",
        refunded_at=instant(found.created),
        transactions=tuple(transaction(movement) for movement in movements if movement),
    )


def dispute(found: Any) -> DisputeFacts:
    """A dispute; Stripe always tells its balance transactions whole."""
    due = found.evidence_details and found.evidence_details.due_by
    return DisputeFacts(
        stripe_id=found.id,
        amount=found.amount,
        currency=found.currency.upper(),
        status=found.status,
        reason=found.reason or "",
        opened_at=instant(found.created),
        evidence_due_at=instant(due) if due else None,
        transactions=tuple(transaction(movement) for movement in found.balance_transactions or ()),
    )


def payout(
    found: Any, *, livemode: bool, read_at: datetime, members: Iterable[TransactionFacts]
) -> PayoutFacts:
    """A payout, with its balance transactions expanded."""
    movements = (found.balance_transaction, found.failure_balance_transaction)
    trace = getattr(found, "trace_id", None)
    return PayoutFacts(
        stripe_id=found.id,
        livemode=livemode,
        read_at=read_at,
        amount=found.amount,
        currency=found.currency.upper(),
        status=PayoutStatus(found.status),
        is_automatic=found.automatic,
        arrives_on=day(found.arrival_date),
        trace_id=(trace and trace.value) or "",
        failure_code=found.failure_code or "",
        created_at=instant(found.created),
        transactions=tuple(transaction(movement) for movement in movements if movement),
        members=tuple(members),
    )


def invoice(found: Any) -> InvoiceFacts | None:
    """A settled invoice and its period; None if it is not settled, or is about no time at all."""
    if found is None or found.status != "paid":
        return None
    uncharged = None if found.amount_paid else _why_uncharged(found)
    if not (found.amount_paid or uncharged):
        return None
    lines = _telling_lines(found.lines.data)
    prices = [each.pricing for each in lines if each.pricing]
    return InvoiceFacts(
        stripe_id=found.id,
        period_start=instant(min(each.period.start for each in lines)),
        period_end=instant(max(each.period.end for each in lines)),
        amount=found.amount_paid,
        currency=found.currency.upper(),
        settled_at=instant(found.status_transitions.paid_at or found.created),
        is_first=found.billing_reason == "subscription_create",
        product_id=_product_of(prices),
        price_amount=None if any(map(_is_proration, lines)) else sum(each.amount for each in lines),
        uncharged=uncharged,
        finalized_at=instant(found.status_transitions.finalized_at or found.created),
        attempts=found.attempt_count,
    )


_DEBTS = {"open": Debt.OPEN, "uncollectible": Debt.LOST, "void": Debt.VOID}


def unpaid(found: Any) -> UnpaidFacts | None:
    """An invoice that Stripe tried to collect in vain. A first one is none: nothing has begun with it.

    Why it failed is told by its payment intent: `with_failure`.
    """
    state = _DEBTS.get(found.status)
    is_first = found.billing_reason == "subscription_create"
    if state is None or is_first or not (found.attempted and found.attempt_count and found.amount_due):
        return None
    times = found.status_transitions
    settled = {Debt.LOST: times.marked_uncollectible_at, Debt.VOID: times.voided_at}.get(state)
    upcoming = found.next_payment_attempt
    return UnpaidFacts(
        invoice_id=found.id,
        state=state,
        amount=found.amount_remaining if state == Debt.OPEN else found.amount_due,
        currency=found.currency.upper(),
        attempts=found.attempt_count,
        period_start=instant(min(each.period.start for each in _telling_lines(found.lines.data))),
        failed_at=instant(times.finalized_at or found.created),
        settled_at=instant(settled) if settled else None,
        next_attempt_at=instant(upcoming) if upcoming else None,
        page_url=found.hosted_invoice_url or "",
    )


def with_failure(facts: UnpaidFacts, intent: Any, *, read_at: datetime) -> UnpaidFacts | None:
    """The same, with what its payment intent tells of the last try. None: a debit is still under way."""
    if intent.status == "processing":
        return None
    error, charge = intent.last_payment_error, intent.latest_charge
    code = "" if error is None else getattr(error, "decline_code", None) or getattr(error, "code", None) or ""
    is_debit = bool(charge and charge.payment_method_details and charge.payment_method_details.type != "card")
    return replace(
        facts,
        needs_confirmation=intent.status == "requires_action" or code == "authentication_required",
        decline_code=code,
        # A debit comes back days after it was begun, and nothing at Stripe but the event says when.
        failed_at=read_at if is_debit else facts.failed_at,
    )


def _telling_lines(lines: list[Any]) -> list[Any]:
    """Those that say what was bought: whole periods; of a change within one, what is charged for the rest of it."""
    whole = [each for each in lines if not _is_proration(each)]
    return whole or [each for each in lines if each.amount > 0] or lines


def _is_proration(line: Any) -> bool:
    details = line.parent and (line.parent.subscription_item_details or line.parent.invoice_item_details)
    return bool(details and details.proration)


def _product_of(prices: list[Any]) -> str:
    named = [each.price_details.product for each in prices if each.price_details]
    return str(named[0]) if named else ""


def _why_uncharged(found: Any) -> Uncharged | None:
    if any(each.amount > 0 for each in found.lines.data):
        return Uncharged.CREDIT
    # Moving a subscription's next charge makes an empty invoice too; only its first one is a trial.
    return Uncharged.TRIAL if found.billing_reason == "subscription_create" else None


def collecting_intent(found: "stripe.Invoice") -> str | None:
    """The id of the payment intent that tries to pay an open invoice, with its payments expanded."""
    payments = found.payments.data if found.payments else []
    intents = [each.payment.payment_intent for each in payments if each.status == "open"]
    return id_of(intents[-1]) if intents and intents[-1] else None


def paying_intent(found: "stripe.Invoice") -> str:
    """The id of the payment intent that paid the invoice, with its payments expanded."""
    payments = found.payments.data if found.payments else []
    intents = [id_of(each.payment.payment_intent) for each in payments if each.status == "paid"]
    if not intents:
        raise NotThereYet(f"invoice {found.id} has no paid payment")
    return intents[0]


def subscription(found: Any) -> SubscriptionFacts | None:
    if found is None:
        return None
    # Since API 2025-03-31 the period stands on the items.
    items = found["items"].data
    first = items[0].price
    pause = found.pause_collection
    return SubscriptionFacts(
        stripe_id=found.id,
        customer_id=id_of(found.customer),
        status=found.status,
        current_period_start=instant(min(item.current_period_start for item in items)),
        current_period_end=instant(max(item.current_period_end for item in items)),
        is_ending=bool(found.cancel_at_period_end or found.cancel_at) or found.status == "canceled",
        amount=sum((item.price.unit_amount or 0) * (item.quantity or 1) for item in items),
        currency=first.currency.upper(),
        interval=Interval(first.recurring.interval),
        product_id=id_of(first.product),
        price_id=first.id,
        trial_ends_at=instant(found.trial_end) if found.trial_end else None,
        rest=_rest(terms(found.metadata).get("rest", "")),
        is_paused=pause is not None,
        paused_until=instant(pause.resumes_at) if pause and pause.resumes_at else None,
        item_id=items[0].id,
        ending_reason=(found.cancellation_details and found.cancellation_details.reason) or "",
        ended_at=instant(found.ended_at) if found.ended_at else None,
        card=_card_of(found),
    )


def _rest(text: str) -> Rest | None:
    return Rest(text) if text in Rest.values else None


def _card_of(found: Any) -> CardFacts | None:
    """The card that pays, where it was read whole: the subscription's own, or the customer's."""
    customer = found.customer
    settings = None if isinstance(customer, str) else getattr(customer, "invoice_settings", None)
    method = found.default_payment_method or (settings and settings.default_payment_method)
    return card_of(method)


def card_of(method: Any) -> CardFacts | None:
    """The card of a payment method; None if it is another method, its id alone, or nothing."""
    card = None if isinstance(method, str) else getattr(method, "card", None)
    if not card:
        return None
    good = date(card.exp_year, card.exp_month, 1)
    return CardFacts(brand=card.brand, last4=card.last4, expires_on=good + relativedelta(months=1))


def customer(found: Any, email: str | None = "") -> CustomerFacts | None:
    """A customer, or its id alone; `email` is what stands elsewhere."""
    if found is None:
        return None
    return CustomerFacts(
        stripe_id=id_of(found),
        email=getattr(found, "email", None) or email or "",
        is_deleted=getattr(found, "deleted", False),
    )


def checkout_status(session: "stripe.checkout.Session", intent: Any) -> CheckoutStatus:
    """`intent`: what pays the session, if that is known."""
    if session.status == "open":
        return CheckoutStatus.OPEN
    if session.status == "expired":
        return CheckoutStatus.EXPIRED
    if session.payment_status in ("paid", "no_payment_required"):
        return CheckoutStatus.PAID
    return CheckoutStatus.FAILED if intent and intent.status in _GIVEN_UP else CheckoutStatus.PENDING


def terms(metadata: Any) -> dict[str, str]:
    """What of an object's metadata is ours, without the prefix; empty where nothing is."""
    if not metadata:
        return {}
    given: dict[str, str] = metadata.to_dict() if hasattr(metadata, "to_dict") else dict(metadata)
    return {
        key.removeprefix(METADATA_PREFIX): text
        for key, text in given.items()
        if key.startswith(METADATA_PREFIX)
    }


def reference(metadata: Any) -> UUID | None:
    """The checkout that an object belongs to, if it is one of ours."""
    text = terms(metadata).get(REFERENCE_KEY.removeprefix(METADATA_PREFIX))
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def id_of(found: Any) -> str:
    """The id of an object that may stand there as its id alone."""
    if found is None:
        raise GatewayError("Stripe gave no object where one must be")
    return found if isinstance(found, str) else str(found.id)


def _id_or_empty(found: Any) -> str:
    return "" if found is None else id_of(found)


def instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def day(seconds: int) -> date:
    return instant(seconds).date()
