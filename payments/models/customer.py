from django.conf import settings
from django.db import models

from payments.models.fields import StripeIdField


class Customer(models.Model):
    """A Stripe customer. The email never joins: `user` is set by who the checkout belonged to."""

    stripe_id = StripeIdField(unique=True)
    livemode = models.BooleanField()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="customers"
    )
    email = models.EmailField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    deleted_at = models.DateTimeField(
        null=True, blank=True, help_text="Deleted at Stripe; the money stays in our books."
    )

    def __str__(self) -> str:
        return str(self.stripe_id)
