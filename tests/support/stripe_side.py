"""What Stripe would tell of one checkout, as snapshots: the builders for tests of everything behind the gateway."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count

from dateutil.relativedelta import relativedelta
from django.utils import timezone

from payments.enums import CheckoutStatus, Interval
from payments.gateway.facts import (
    ChargeFacts,
    CustomerFacts,
    InvoiceFacts,
    Snapshot,
    SubscriptionFacts,
    TransactionFacts,
)
from payments.models import Checkout

_numbers = count(1)


class StripeSide:
    """Stripe's half of a checkout. Each method gives the snapshot that one of its events leads to.

    Said again, a fact is the same fact: ids and instants belong to the object, only `read_at` moves on.
    """

    def __init__(
        self, checkout: Checkout, *, paid_at: datetime | None = None, settled_in: str = "", rate: int = 1
    ):
        self.checkout = checkout
        self.number = next(_numbers)
        self.paid_at = (paid_at or timezone.now()).replace(microsecond=0)
        self.settled_in = settled_in or checkout.currency
        self.rate = rate
        self.read_at = self.paid_at

    def session(self, status: CheckoutStatus = CheckoutStatus.PAID) -> Snapshot:
        """checkout.session.completed, .expired and the like."""
        is_paid = status == CheckoutStatus.PAID
        return self._snapshot(
            checkout_status=status,
            session_id=f"cs_{self.number}",
            customer=self.customer(),
            subscription=self.subscription_facts() if self.checkout.interval and is_paid else None,
            invoice=self.invoice_facts() if self.checkout.interval and is_paid else None,
            charge=self.charge() if is_paid else None,
        )

    def subscription(self, **changes: object) -> Snapshot:
        """customer.subscription.created and .updated."""
        return self._snapshot(
            customer=self.customer(), subscription=replace(self.subscription_facts(), **changes)
        )

    def invoice(self, period: int = 0) -> Snapshot:
        """invoice.paid: the first (0), or a renewal."""
        return self._snapshot(
            customer=self.customer(),
            subscription=self.subscription_facts(period),
            invoice=self.invoice_facts(period),
            charge=self.charge(period),
        )

    def customer(self) -> CustomerFacts:
        return CustomerFacts(stripe_id=f"cus_{self.number}", email=self.checkout.email)

    def subscription_facts(self, period: int = 0) -> SubscriptionFacts:
        return SubscriptionFacts(
            stripe_id=f"sub_{self.number}",
            customer_id=f"cus_{self.number}",
            status="active",
            current_period_start=self.starts_at(period),
            current_period_end=self.starts_at(period + 1),
            is_ending=False,
        )

    def invoice_facts(self, period: int = 0) -> InvoiceFacts:
        return InvoiceFacts(
            stripe_id=f"in_{self.number}_{period}",
            period_start=self.starts_at(period),
            period_end=self.starts_at(period + 1),
        )

    def charge(self, period: int = 0) -> ChargeFacts:
        return ChargeFacts(
            stripe_id=f"ch_{self.number}_{period}",
            payment_intent_id=f"pi_{self.number}_{period}",
            amount=self.checkout.amount,
            currency=self.checkout.currency,
            paid_at=self.starts_at(period),
            transaction=self.transaction(period),
        )

    def transaction(self, period: int = 0) -> TransactionFacts:
        gross = self.checkout.amount * self.rate
        return self.movement(
            f"txn_{self.number}_{period}",
            gross,
            fee=gross * 15 // 1000 + 25,
            category="charge",
            source=f"ch_{self.number}_{period}",
            at=self.starts_at(period),
        )

    def movement(
        self, identifier: str, gross: int, *, fee: int = 0, category: str, source: str, at: datetime
    ) -> TransactionFacts:
        """A balance transaction, in the currency that Stripe settles in."""
        return TransactionFacts(
            stripe_id=identifier,
            type=category,
            reporting_category=category,
            source_id=source,
            gross=gross,
            fee=fee,
            net=gross - fee,
            currency=self.settled_in,
            exchange_rate=None if self.settled_in == self.checkout.currency else Decimal(self.rate),
            created_at=at,
            available_on=at.date() + timedelta(days=2),
        )

    def starts_at(self, period: int) -> datetime:
        months = 12 * period if self.checkout.interval == Interval.YEAR else period
        return self.paid_at + relativedelta(months=months)

    def _snapshot(self, **parts: object) -> Snapshot:
        self.read_at += timedelta(seconds=1)
        return Snapshot(
            reference=self.checkout.reference, livemode=self.checkout.livemode, read_at=self.read_at, **parts
        )
