"""What Stripe told us, in our words. Amounts in minor units, currencies in capitals, instants in UTC."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from payments.enums import CheckoutStatus


class GatewayError(Exception):
    """Stripe could not be reached, or did not do what was asked. Nothing is known to have happened."""


class NotThereYet(GatewayError):
    """Stripe has the object, but not yet the part that we need; asking again later will help."""


@dataclass(frozen=True, slots=True)
class OpenedSession:
    session_id: str
    url: str
    livemode: bool


@dataclass(frozen=True, slots=True)
class CustomerFacts:
    stripe_id: str
    email: str


@dataclass(frozen=True, slots=True)
class SubscriptionFacts:
    stripe_id: str
    customer_id: str
    status: str
    current_period_start: datetime
    current_period_end: datetime
    is_ending: bool


@dataclass(frozen=True, slots=True)
class InvoiceFacts:
    """An invoice that is paid, and the period `[period_start, period_end)` that it paid for."""

    stripe_id: str
    period_start: datetime
    period_end: datetime


@dataclass(frozen=True, slots=True)
class SettlementFacts:
    """A balance transaction: what the money became at Stripe. `gross - fee == net`, in `currency`."""

    stripe_id: str
    gross: int
    fee: int
    net: int
    currency: str


@dataclass(frozen=True, slots=True)
class ChargeFacts:
    """Money taken from a reader: `amount` in the reader's `currency`."""

    stripe_id: str
    payment_intent_id: str
    amount: int
    currency: str
    paid_at: datetime
    settlement: SettlementFacts


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What Stripe says at `read_at` about the affairs of one checkout. A part that was not read is None."""

    reference: UUID
    livemode: bool
    read_at: datetime
    checkout_status: CheckoutStatus | None = None
    session_id: str | None = None
    customer: CustomerFacts | None = None
    subscription: SubscriptionFacts | None = None
    invoice: InvoiceFacts | None = None
    charge: ChargeFacts | None = None
