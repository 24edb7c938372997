"""From the SDK's objects to our facts. Asks nobody; where something must be there and is not, raises NotThereYet."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from payments.enums import CheckoutStatus, PayoutStatus, RefundStatus
from payments.gateway.facts import (
    ChargeFacts,
    CustomerFacts,
    DisputeFacts,
    GatewayError,
    NotThereYet,
    PayoutFacts,
    RefundFacts,
    TransactionFacts,
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
