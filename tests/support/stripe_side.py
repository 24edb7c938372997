"""What Stripe would tell of one checkout, as snapshots: the builders for tests of everything behind the gateway."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count

from dateutil.relativedelta import relativedelta
from django.utils import timezone

from payments.enums import CheckoutStatus, Debt, Interval, PayoutStatus, RefundStatus
from payments.gateway.facts import (
    ChargeFacts,
    CustomerFacts,
    DisputeFacts,
    InvoiceFacts,
    PayoutFacts,
    RefundFacts,
    Snapshot,
    SubscriptionFacts,
    TransactionFacts,
    UnpaidFacts,
)
from payments.models import Checkout

_numbers = count(1)
_AN_HOUR = timedelta(hours=1)


def movement(
    identifier: str,
    gross: int,
    currency: str,
    *,
    fee: int = 0,
    category: str,
    source: str,
    at: datetime,
    rate: Decimal | None = None,
) -> TransactionFacts:
    """A balance transaction."""
    return TransactionFacts(
        stripe_id=identifier,
        type=category,
        reporting_category=category,
        source_id=source,
        gross=gross,
        fee=fee,
        net=gross - fee,
        currency=currency,
        exchange_rate=rate,
        created_at=at,
        available_on=at.date() + timedelta(days=2),
    )


def payout(
    members: Iterable[TransactionFacts],
    *,
    number: int,
    at: datetime,
    status: PayoutStatus = PayoutStatus.PAID,
    read_at: datetime | None = None,
) -> PayoutFacts:
    """payout.paid and the like: all of the members' money, which are of one currency, leaves for our bank."""
    members = tuple(members)
    amount, currency = sum(each.net for each in members), members[0].currency
    out = movement(f"txn_po_{number}", -amount, currency, category="payout", source=f"po_{number}", at=at)
    back = replace(out, stripe_id=f"txn_po_{number}_back", gross=amount, net=amount, created_at=at + _AN_HOUR)
    return PayoutFacts(
        stripe_id=f"po_{number}",
        livemode=False,
        read_at=read_at or at,
        amount=amount,
        currency=currency,
        status=status,
        is_automatic=True,
        arrives_on=at.date() + timedelta(days=2),
        trace_id=f"trace {number}",
        failure_code="account_closed" if status == PayoutStatus.FAILED else "",
        created_at=at,
        transactions=(out, back) if status == PayoutStatus.FAILED else (out,),
        members=members,
    )


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

    def unpaid(self, period: int = 1, *, status: str = "past_due", **changes: object) -> Snapshot:
        """invoice.payment_failed and the like: a renewal whose charge failed."""
        subscription = replace(self.subscription_facts(period), status=status)
        if status == "canceled":
            subscription = replace(subscription, ended_at=self.starts_at(period) + timedelta(days=15))
        return self._snapshot(
            customer=self.customer(),
            subscription=subscription,
            unpaid=replace(self.unpaid_facts(period), **changes),
        )

    def affairs(
        self,
        *,
        period: int = 0,
        refunds: Iterable[RefundFacts] = (),
        disputes: Iterable[DisputeFacts] = (),
    ) -> Snapshot:
        """charge.refunded, refund.failed, charge.dispute.created and the like: all that became of the charge."""
        is_member = bool(self.checkout.interval)
        return self._snapshot(
            customer=self.customer(),
            subscription=self.subscription_facts(period) if is_member else None,
            invoice=self.invoice_facts(period) if is_member else None,
            charge=replace(self.charge(period), refunds=tuple(refunds), disputes=tuple(disputes)),
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
            amount=self.checkout.amount,
            currency=self.checkout.currency,
            interval=Interval(self.checkout.interval),
        )

    def invoice_facts(self, period: int = 0) -> InvoiceFacts:
        return InvoiceFacts(
            stripe_id=f"in_{self.number}_{period}",
            period_start=self.starts_at(period),
            period_end=self.starts_at(period + 1),
            amount=self.checkout.amount,
            currency=self.checkout.currency,
            settled_at=self.starts_at(period),
            is_first=period == 0,
        )

    def unpaid_facts(self, period: int = 1) -> UnpaidFacts:
        failed_at = self.starts_at(period) + _AN_HOUR
        return UnpaidFacts(
            invoice_id=f"in_{self.number}_{period}",
            state=Debt.OPEN,
            amount=self.checkout.amount,
            currency=self.checkout.currency,
            attempts=1,
            period_start=self.starts_at(period),
            failed_at=failed_at,
            next_attempt_at=failed_at + timedelta(days=3),
            page_url=f"https://invoice.stripe.com/i/{self.number}_{period}",
            decline_code="generic_decline",
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

    def refund(
        self,
        amount: int,
        *,
        number: int = 1,
        status: RefundStatus = RefundStatus.SUCCEEDED,
        period: int = 0,
    ) -> RefundFacts:
        """The charge's refund of this number, asked for so many hours after it; Stripe keeps its fee."""
        name, at = f"{self.number}_{period}_{number}", self.starts_at(period) + timedelta(hours=number)
        out = self.movement(
            f"txn_re_{name}", -amount * self.rate, category="refund", source=f"re_{name}", at=at
        )
        back = replace(
            out, stripe_id=f"txn_re_{name}_back", gross=-out.gross, net=-out.net, created_at=at + _AN_HOUR
        )
        is_back = status in (RefundStatus.FAILED, RefundStatus.CANCELED)
        return RefundFacts(
            stripe_id=f"re_{name}",
            amount=amount,
            currency=self.checkout.currency,
            status=status,
            reason="",
            failure_reason="lost_or_stolen_card" if status == RefundStatus.FAILED else "",
            refunded_at=at,
            transactions=(out, back) if is_back else (out,),
        )

    def dispute(
        self, status: str = "needs_response", *, amount: int | None = None, period: int = 0
    ) -> DisputeFacts:
        """The charge's dispute, of all of it unless said otherwise; its fee is kept whoever wins."""
        amount, name = amount or self.checkout.amount, f"{self.number}_{period}"
        at = self.starts_at(period) + timedelta(hours=12)
        out = self.movement(
            f"txn_du_{name}", -amount * self.rate, fee=1500, category="dispute", source=f"du_{name}", at=at
        )
        back = self.movement(
            f"txn_du_{name}_back",
            amount * self.rate,
            category="dispute_reversal",
            source=f"du_{name}",
            at=at + _AN_HOUR,
        )
        moved = () if status.startswith("warning_") else (out, back) if status == "won" else (out,)
        return DisputeFacts(
            stripe_id=f"du_{name}",
            amount=amount,
            currency=self.checkout.currency,
            status=status,
            reason="fraudulent",
            opened_at=at,
            evidence_due_at=at + timedelta(days=7),
            transactions=moved,
        )

    def movement(
        self, identifier: str, gross: int, *, fee: int = 0, category: str, source: str, at: datetime
    ) -> TransactionFacts:
        """A balance transaction, in the currency that Stripe settles in."""
        rate = None if self.settled_in == self.checkout.currency else Decimal(self.rate)
        return movement(
            identifier, gross, self.settled_in, fee=fee, category=category, source=source, at=at, rate=rate
        )

    def starts_at(self, period: int) -> datetime:
        months = 12 * period if self.checkout.interval == Interval.YEAR else period
        return self.paid_at + relativedelta(months=months)

    def _snapshot(self, **parts: object) -> Snapshot:
        self.read_at += timedelta(seconds=1)
        return Snapshot(
            reference=self.checkout.reference, livemode=self.checkout.livemode, read_at=self.read_at, **parts
        )
