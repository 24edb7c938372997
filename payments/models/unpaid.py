from datetime import date, datetime, time, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from payments.enums import Debt
from payments.models.fields import AmountField, CurrencyField, StripeIdField
from payments.models.payment import Payment
from payments.models.subscription import Subscription
from payments.money import Money


class UnpaidInvoiceQuerySet(models.QuerySet["UnpaidInvoice"]):
    def open(self) -> Self:
        """Those that are still owed, the longest first."""
        return self.filter(state=Debt.OPEN).order_by("failed_at", "pk")

    def in_grace(self, day: date) -> Self:
        """Those that cost nobody their access on the day."""
        first_day = day - timedelta(days=settings.GRACE_DAYS)
        return self.open().filter(period_start__gte=timezone.make_aware(datetime.combine(first_day, time())))


class UnpaidInvoice(models.Model):
    """An invoice of a running subscription whose charge failed, and what became of it.

    It takes nothing away and grants nothing: who pays it has a payment, and until then its reader is in grace.
    """

    invoice_id = StripeIdField(unique=True)
    livemode = models.BooleanField()
    subscription = models.ForeignKey(Subscription, on_delete=models.PROTECT, related_name="unpaid_invoices")
    state = models.CharField(max_length=10, choices=Debt, default=Debt.OPEN)
    amount = AmountField()
    currency = CurrencyField()
    attempts = models.PositiveIntegerField(help_text="How often Stripe has tried by itself.")
    period_start = models.DateTimeField(help_text="From when on it is for; grace begins here.")
    failed_at = models.DateTimeField(help_text="When the charge failed first; notices go out by it.")
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    needs_confirmation = models.BooleanField(
        default=False, help_text="The reader's bank wants them to confirm (3-D Secure)."
    )
    page_url = models.TextField(blank=True, help_text="Stripe's page on which it can be paid or confirmed.")
    decline_code = models.CharField(max_length=60, blank=True, help_text="Stripe's word. Not for readers.")
    settled_at = models.DateTimeField(null=True, blank=True)
    payment = models.OneToOneField(
        Payment, null=True, blank=True, on_delete=models.PROTECT, related_name="unpaid_invoice"
    )
    read_at = models.DateTimeField(help_text="When Stripe told us so.")
    recorded_at = models.DateTimeField(auto_now_add=True)

    objects = UnpaidInvoiceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="unpaid_invoice_state_known", condition=Q(state__in=Debt.values)),
            models.CheckConstraint(name="unpaid_invoice_amount_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="unpaid_invoice_settled_has_time",
                condition=Q(state=Debt.OPEN, settled_at__isnull=True)
                | (~Q(state=Debt.OPEN) & Q(settled_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="unpaid_invoice_recovered_by_payment",
                condition=Q(state=Debt.RECOVERED, payment__isnull=False)
                | (~Q(state=Debt.RECOVERED) & Q(payment__isnull=True)),
            ),
        ]
        indexes = [
            models.Index(name="unpaid_invoice_open", fields=["failed_at"], condition=Q(state=Debt.OPEN)),
        ]

    def __str__(self) -> str:
        return f"{self.invoice_id} {self.money} {self.state}"

    @property
    def money(self) -> Money:
        return Money(self.amount, self.currency)

    @property
    def last_day_of_grace(self) -> date:
        """Until when the reader has access, as people say it."""
        return self.grace_ends_on - timedelta(days=1)

    @property
    def grace_ends_on(self) -> date:
        """The first day on which it costs the reader their access."""
        return timezone.localdate(self.period_start) + timedelta(days=1 + settings.GRACE_DAYS)
