from django.conf import settings
from django.db import models
from django.db.models import F, Q

from payments.enums import Purpose, Standing
from payments.models.checkout import Checkout
from payments.models.customer import Customer
from payments.models.fields import AmountField, CurrencyField, StripeIdField
from payments.models.subscription import Subscription
from payments.money import Money


class Payment(models.Model):
    """Money successfully taken: one Stripe charge."""

    charge_id = StripeIdField(unique=True)
    payment_intent_id = StripeIdField()
    invoice_id = StripeIdField(blank=True)
    livemode = models.BooleanField()
    purpose = models.CharField(max_length=20, choices=Purpose)
    checkout = models.ForeignKey(Checkout, on_delete=models.PROTECT, related_name="payments")
    customer = models.ForeignKey(
        Customer, null=True, blank=True, on_delete=models.PROTECT, related_name="payments"
    )
    subscription = models.ForeignKey(
        Subscription, null=True, blank=True, on_delete=models.PROTECT, related_name="payments"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="payments"
    )
    amount = AmountField()
    currency = CurrencyField()
    standing = models.CharField(
        max_length=10,
        choices=Standing,
        default=Standing.HELD,
        help_text="Follows from its refunds and disputes.",
    )
    paid_at = models.DateTimeField(help_text="When Stripe took the money; campaigns count by it.")
    period_start = models.DateTimeField(null=True, blank=True, help_text="What the invoice paid for, from …")
    period_end = models.DateTimeField(null=True, blank=True, help_text="… until (not included).")
    product_id = StripeIdField(blank=True, help_text="What the invoice was for, at Stripe.")
    price_amount = models.PositiveBigIntegerField(
        null=True, blank=True, help_text="What a whole period of it costs; a part of one was charged less."
    )
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="payment_amount_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(name="payment_purpose_known", condition=Q(purpose__in=Purpose.values)),
            models.CheckConstraint(name="payment_standing_known", condition=Q(standing__in=Standing.values)),
            models.CheckConstraint(
                name="payment_period_ordered",
                condition=Q(period_start__isnull=True, period_end__isnull=True)
                | Q(period_start__lt=F("period_end")),
            ),
        ]
        indexes = [models.Index(fields=["purpose", "paid_at"])]

    def __str__(self) -> str:
        return f"{self.charge_id} {self.money}"

    @property
    def money(self) -> Money:
        return Money(self.amount, self.currency)
