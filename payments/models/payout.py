from django.db import models
from django.db.models import Q

from payments.enums import PayoutStatus
from payments.models.fields import AmountField, CurrencyField, StripeIdField


class Payout(models.Model):
    """Money that Stripe sent to our bank, as Stripe last told it."""

    stripe_id = StripeIdField(unique=True)
    livemode = models.BooleanField()
    amount = AmountField()
    currency = CurrencyField()
    status = models.CharField(max_length=12, choices=PayoutStatus)
    is_automatic = models.BooleanField(help_text="Only of these does Stripe tell which payments are inside.")
    arrives_on = models.DateField()
    trace_id = models.CharField(max_length=255, blank=True, help_text="What the bank's statement shows.")
    failure_code = models.CharField(max_length=60, blank=True)
    created_at = models.DateTimeField(help_text="When Stripe made it.")
    read_at = models.DateTimeField(help_text="When Stripe told us so.")

    class Meta:
        constraints = [
            models.CheckConstraint(name="payout_status_known", condition=Q(status__in=PayoutStatus.values))
        ]

    def __str__(self) -> str:
        return f"{self.stripe_id} {self.status}"
