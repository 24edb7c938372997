import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from payments.enums import CheckoutStatus, Interval, Purpose
from payments.models.fields import AmountField, CurrencyField, StripeIdField
from payments.money import Money


class Checkout(models.Model):
    """One payment attempt on Stripe's hosted page, written down before Stripe hears of it.

    `reference` goes to Stripe (client_reference_id and metadata) and comes back on every object that the attempt makes.
    """

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    purpose = models.CharField(max_length=20, choices=Purpose)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="checkouts"
    )
    email = models.EmailField()
    description = models.CharField(max_length=200, help_text="What the reader sees on Stripe's page.")
    amount = AmountField()
    currency = CurrencyField()
    interval = models.CharField(
        max_length=5,
        choices=Interval,
        blank=True,
        help_text="Empty: paid once; else charged at this interval.",
    )
    first_amount = models.PositiveBigIntegerField(
        null=True,
        blank=True,
        help_text="What the first charge takes, if that is another amount: an offer's, or nothing in a trial.",
    )
    trial_days = models.PositiveSmallIntegerField(default=0)
    product_id = StripeIdField(
        blank=True, help_text="The product at Stripe that is sold, if it is in our catalogue there."
    )
    price_id = StripeIdField(
        blank=True, help_text="The price at Stripe that is asked for, if it is in our catalogue there."
    )
    coupon_id = StripeIdField(blank=True, help_text="The coupon at Stripe that makes the first charges less.")
    terms = models.JSONField(
        default=dict,
        blank=True,
        help_text="What the buyer gets, in short texts. Stripe keeps a copy, so that a lost row can be made again.",
    )
    status = models.CharField(max_length=10, choices=CheckoutStatus, default=CheckoutStatus.OPEN)
    idempotency_key = models.UUIDField(
        default=uuid.uuid4,
        unique=True,
        editable=False,
        help_text="Sent with the call that opens the session.",
    )
    stripe_customer_id = StripeIdField(
        blank=True, help_text="The Stripe customer to pay as, if the buyer has one."
    )
    session_id = StripeIdField(null=True, blank=True, unique=True)
    url = models.TextField(blank=True)
    livemode = models.BooleanField()
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="checkout_amount_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(name="checkout_purpose_known", condition=Q(purpose__in=Purpose.values)),
            models.CheckConstraint(
                name="checkout_status_known", condition=Q(status__in=CheckoutStatus.values)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.money} {self.status}"

    @property
    def money(self) -> Money:
        return Money(self.amount, self.currency)

    @property
    def first_money(self) -> Money:
        """What the first charge takes."""
        return Money(self.amount if self.first_amount is None else self.first_amount, self.currency)
