from django.db import models
from django.utils import timezone

from payments.models.checkout import Checkout
from payments.models.customer import Customer
from payments.models.fields import StripeIdField


class Subscription(models.Model):
    """A standing permission to charge, as Stripe last told it. Not the membership: that is what was paid for."""

    stripe_id = StripeIdField(unique=True)
    livemode = models.BooleanField()
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="subscriptions")
    checkout = models.ForeignKey(Checkout, on_delete=models.PROTECT, related_name="subscriptions")
    status = models.CharField(max_length=30, help_text="Stripe's word: active, past_due, canceled …")
    current_period_start = models.DateTimeField()
    current_period_end = models.DateTimeField()
    is_ending = models.BooleanField(default=False, help_text="Will not renew at the end of the period.")
    read_at = models.DateTimeField(help_text="When Stripe told us so.")
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.stripe_id} {self.status}"
