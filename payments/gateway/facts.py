"""What Stripe told us, in our words. Amounts in minor units, currencies in capitals, instants in UTC."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from payments.enums import CheckoutStatus, Debt, Interval, PayoutStatus, RefundStatus, Rest, Uncharged


class GatewayError(Exception):
    """Stripe could not be reached, or did not do what was asked. Nothing is known to have happened."""


class Refused(GatewayError):
    """Stripe answered, and the answer is no: nothing was done."""


class Declined(Refused):
    """The bank said no, or wants to hear from the reader first."""


class NotThereYet(GatewayError):
    """Stripe has the object, but not yet the part that we need; asking again later will help."""


@dataclass(frozen=True, slots=True)
class OpenedSession:
    session_id: str
    url: str
    livemode: bool


@dataclass(frozen=True, slots=True)
class CustomerFacts:
    """`email` is empty where Stripe does not tell it: of a deleted customer, or where only the id stands."""

    stripe_id: str
    email: str
    is_deleted: bool = False


@dataclass(frozen=True, slots=True)
class CustomerGone:
    """A customer that somebody deleted at Stripe."""

    stripe_id: str
    livemode: bool
    read_at: datetime


@dataclass(frozen=True, slots=True)
class CardFacts:
    """What may be shown of a card. `expires_on`: the first day on which it is no longer good."""

    brand: str
    last4: str
    expires_on: date


@dataclass(frozen=True, slots=True)
class CardNews:
    """A customer may have another card than before; `card`: what pays for them where nothing else is said."""

    customer_id: str
    card: CardFacts | None = None


@dataclass(frozen=True, slots=True)
class SubscriptionFacts:
    """`amount` in `currency` is what a renewal charges each `interval`, before coupons and credit.

    `card` is None where it was not read, or where no card pays.
    """

    stripe_id: str
    customer_id: str
    status: str
    current_period_start: datetime
    current_period_end: datetime
    is_ending: bool
    amount: int
    currency: str
    interval: Interval
    product_id: str = ""
    price_id: str = ""
    trial_ends_at: datetime | None = None
    rest: Rest | None = None
    is_paused: bool = False
    paused_until: datetime | None = None
    item_id: str = ""
    ended_at: datetime | None = None
    ending_reason: str = ""
    card: CardFacts | None = None


@dataclass(frozen=True, slots=True)
class InvoiceFacts:
    """An invoice that is settled, and the period `[period_start, period_end)` that it is for.

    `amount`: what was paid of it in money; `price_amount`: what the whole period costs by its price.
    `is_first`: of the first period of a subscription. `uncharged`: why no money was due, if none was.
    `finalized_at`: when Stripe first tried to collect it; `attempts`: how often it has by itself.
    """

    stripe_id: str
    period_start: datetime
    period_end: datetime
    amount: int
    currency: str
    settled_at: datetime
    is_first: bool = True
    product_id: str = ""
    price_amount: int | None = None
    uncharged: Uncharged | None = None
    finalized_at: datetime | None = None
    attempts: int = 1


@dataclass(frozen=True, slots=True)
class UnpaidFacts:
    """A later invoice of a subscription that Stripe tried to collect, and that is not paid.

    `failed_at`: when that failed first, as well as Stripe tells; `settled_at`: when it was given up or withdrawn.
    `next_attempt_at` is None where Stripe will not try again by itself.
    """

    invoice_id: str
    state: Debt
    amount: int
    currency: str
    attempts: int
    period_start: datetime
    failed_at: datetime
    settled_at: datetime | None = None
    next_attempt_at: datetime | None = None
    page_url: str = ""
    needs_confirmation: bool = False
    decline_code: str = ""


@dataclass(frozen=True, slots=True)
class TransactionFacts:
    """A balance transaction: a movement of money at Stripe. `gross - fee == net`, in `currency`, signed."""

    stripe_id: str
    type: str
    reporting_category: str
    source_id: str
    gross: int
    fee: int
    net: int
    currency: str
    exchange_rate: Decimal | None
    created_at: datetime
    available_on: date


@dataclass(frozen=True, slots=True)
class RefundFacts:
    """Money given back, in the reader's currency, and its movements: out, and in again if it failed."""

    stripe_id: str
    amount: int
    currency: str
    status: RefundStatus
    reason: str
    failure_reason: str
    refunded_at: datetime
    transactions: tuple[TransactionFacts, ...]


@dataclass(frozen=True, slots=True)
class DisputeFacts:
    """A contested payment, in the reader's currency, and its movements: withheld, and reinstated."""

    stripe_id: str
    amount: int
    currency: str
    status: str
    reason: str
    opened_at: datetime
    evidence_due_at: datetime | None
    transactions: tuple[TransactionFacts, ...]


@dataclass(frozen=True, slots=True)
class ChargeFacts:
    """Money taken from a reader: `amount` in the reader's `currency`; with what of it went back, as far as read."""

    stripe_id: str
    payment_intent_id: str
    amount: int
    currency: str
    paid_at: datetime
    transaction: TransactionFacts
    refunds: tuple[RefundFacts, ...] = ()
    disputes: tuple[DisputeFacts, ...] = ()

    @property
    def transactions(self) -> tuple[TransactionFacts, ...]:
        """Every movement that the charge led to."""
        refunds = [movement for refund in self.refunds for movement in refund.transactions]
        disputes = [movement for dispute in self.disputes for movement in dispute.transactions]
        return (self.transaction, *refunds, *disputes)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What Stripe says at `read_at` about the affairs of one checkout. A part that was not read is None.

    `terms` is Stripe's copy of what we wrote on the checkout.
    """

    reference: UUID
    livemode: bool
    read_at: datetime
    terms: dict[str, str] = field(default_factory=dict)
    checkout_status: CheckoutStatus | None = None
    session_id: str | None = None
    customer: CustomerFacts | None = None
    subscription: SubscriptionFacts | None = None
    invoice: InvoiceFacts | None = None
    unpaid: UnpaidFacts | None = None
    charge: ChargeFacts | None = None


@dataclass(frozen=True, slots=True)
class StrayCharge:
    """A charge on our account that no checkout of ours asked for."""

    charge: ChargeFacts
    livemode: bool


@dataclass(frozen=True, slots=True)
class LooseTransaction:
    """A movement with neither charge nor payout behind it: a fee, a correction, a top-up."""

    transaction: TransactionFacts
    livemode: bool


@dataclass(frozen=True, slots=True)
class PayoutFacts:
    """Money sent to our bank: its own movements, and the members that it paid out, once Stripe tells them."""

    stripe_id: str
    livemode: bool
    read_at: datetime
    amount: int
    currency: str
    status: PayoutStatus
    is_automatic: bool
    arrives_on: date
    trace_id: str
    failure_code: str
    created_at: datetime
    transactions: tuple[TransactionFacts, ...]
    members: tuple[TransactionFacts, ...]


@dataclass(frozen=True, slots=True)
class CatalogueFacts:
    """A product, price or coupon at Stripe. `has`: its terms as `CatalogueItem.wanted` tells them; None: it is gone.

    `key`: the name that it can be found by: of a price its lookup key, if it has one, else the id.
    """

    kind: str
    key: str
    stripe_id: str
    livemode: bool
    has: dict[str, Any] | None


Facts = Snapshot | StrayCharge | LooseTransaction | PayoutFacts | CustomerGone | CardNews | CatalogueFacts
"""All that `recording.record` can write down."""


@dataclass(frozen=True, slots=True)
class ListedEvent:
    """An event as Stripe lists it: what a webhook would have brought."""

    event_id: str
    type: str
    livemode: bool
    stripe_account: str
    created_at: datetime
    body: bytes
