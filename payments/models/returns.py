"""Money that goes back to readers: refunds, disputes, and what we think should go back."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from payments.enums import RefundStatus, Standing
from payments.models.fields import AmountField, CurrencyField, StripeIdField
from payments.models.payment import Payment


class Refund(models.Model):
    """Money that we gave back, in the reader's currency, as Stripe last told it."""

    stripe_id = StripeIdField(unique=True)
    livemode = models.BooleanField()
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    amount = AmountField()
    currency = CurrencyField()
    status = models.CharField(max_length=20, choices=RefundStatus)
    reason = models.CharField(max_length=60, blank=True)
    failure_reason = models.CharField(max_length=60, blank=True)
    refunded_at = models.DateTimeField(help_text="When it was asked for.")
    read_at = models.DateTimeField(help_text="When Stripe told us so.")

    class Meta:
        constraints = [
            models.CheckConstraint(name="refund_amount_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(name="refund_status_known", condition=Q(status__in=RefundStatus.values)),
        ]

    def __str__(self) -> str:
        return f"{self.stripe_id} {self.status}"


class DisputeQuerySet(models.QuerySet["Dispute"]):
    def open(self) -> Self:
        """Not decided yet."""
        return self.exclude(status__in=Dispute.DECIDED)


class Dispute(models.Model):
    """A payment that a reader contests at their bank, as Stripe last told it."""

    WARNINGS = "warning_"
    """A bank that only inquires: no money has moved."""
    LOST = "lost"
    DECIDED = ("won", LOST, "warning_closed", "prevented")

    stripe_id = StripeIdField(unique=True)
    livemode = models.BooleanField()
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="disputes")
    amount = AmountField(help_text="In the reader's currency.")
    currency = CurrencyField()
    status = models.CharField(max_length=40, help_text="Stripe's word: needs_response, under_review, won …")
    reason = models.CharField(max_length=60, blank=True)
    opened_at = models.DateTimeField()
    evidence_due_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(help_text="When Stripe told us so.")

    objects = DisputeQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(name="dispute_amount_positive", condition=Q(amount__gt=0))]

    def __str__(self) -> str:
        return f"{self.stripe_id} {self.status}"

    @property
    def is_holding_money(self) -> bool:
        return self.status not in self.DECIDED and not self.status.startswith(self.WARNINGS)


class RefundProposalQuerySet(models.QuerySet["RefundProposal"]):
    def open(self) -> Self:
        """Waiting for a person: neither refunded nor dismissed."""
        return self.filter(dismissed_at__isnull=True).exclude(payment__standing=Standing.RETURNED)


class RefundProposal(models.Model):
    """A payment that bought nothing, because it was made twice: a person should give it back."""

    payment = models.OneToOneField(Payment, on_delete=models.PROTECT, related_name="refund_proposal")
    reason = models.CharField(max_length=300)
    created_at = models.DateTimeField(auto_now_add=True)
    dismissed_at = models.DateTimeField(
        null=True, blank=True, help_text="Somebody decided to keep the money."
    )
    dismissed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = RefundProposalQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="refund_proposal_dismissed_by_somebody",
                condition=Q(dismissed_at__isnull=True, dismissed_by__isnull=True)
                | Q(dismissed_at__isnull=False, dismissed_by__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.payment}: {self.reason}"
