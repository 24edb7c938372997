from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from payments.enums import Interval, Rest, Uncharged
from payments.models.checkout import Checkout
from payments.models.customer import Customer
from payments.models.fields import AmountField, CurrencyField, StripeIdField
from payments.money import Money


class SubscriptionQuerySet(models.QuerySet["Subscription"]):
    def running(self) -> "SubscriptionQuerySet":
        """Those that Stripe still charges, or tries to."""
        return self.filter(status__in=Subscription.RUNNING)


class Subscription(models.Model):
    """A standing permission to charge, as Stripe last told it. Not the membership: that is what was paid for."""

    RUNNING = ("active", "trialing", "past_due", "unpaid", "paused")

    stripe_id = StripeIdField(unique=True)
    livemode = models.BooleanField()
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="subscriptions")
    checkout = models.ForeignKey(Checkout, on_delete=models.PROTECT, related_name="subscriptions")
    status = models.CharField(max_length=30, help_text="Stripe's word: active, past_due, canceled …")
    current_period_start = models.DateTimeField()
    current_period_end = models.DateTimeField(
        help_text="When Stripe charges next, unless it is ending or resting."
    )
    is_ending = models.BooleanField(default=False, help_text="Will not renew at the end of the period.")
    amount = AmountField(help_text="What a renewal charges, in minor units, before any coupon or credit.")
    currency = CurrencyField()
    interval = models.CharField(max_length=5, choices=Interval)
    product_id = StripeIdField(blank=True)
    price_id = StripeIdField(blank=True)
    trial_ends_at = models.DateTimeField(
        null=True, blank=True, help_text="Stripe charges nothing before: a trial, or a rest."
    )
    rest = models.CharField(
        max_length=10, choices=Rest, blank=True, help_text="Why it charges nothing, if that is no trial."
    )
    is_paused = models.BooleanField(default=False, help_text="Somebody paused its collection at Stripe.")
    paused_until = models.DateTimeField(null=True, blank=True)
    item_id = StripeIdField(blank=True, help_text="The line at Stripe that a change of price is made to.")
    ended_at = models.DateTimeField(null=True, blank=True)
    ending_reason = models.CharField(
        max_length=40, blank=True, help_text="Stripe's word: cancellation_requested, payment_failed …"
    )
    card_brand = models.CharField(max_length=20, blank=True)
    card_last4 = models.CharField(max_length=4, blank=True)
    card_expires_on = models.DateField(
        null=True, blank=True, help_text="The first day on which the card is no longer good."
    )
    read_at = models.DateTimeField(help_text="When Stripe told us so.")
    created_at = models.DateTimeField(default=timezone.now)

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="subscription_rest_known", condition=Q(rest__in=["", *Rest.values])),
        ]

    def __str__(self) -> str:
        return f"{self.stripe_id} {self.status}"

    @property
    def money(self) -> Money:
        return Money(self.amount, self.currency)

    @property
    def is_running(self) -> bool:
        return self.status in self.RUNNING

    @property
    def is_resting(self) -> bool:
        """Was paid before, and charges nothing until `trial_ends_at`."""
        return self.status == "trialing" and self.rest != ""

    @property
    def is_on_trial(self) -> bool:
        """Charges nothing yet, and never did."""
        return self.status == "trialing" and self.rest == ""


class UnchargedInvoice(models.Model):
    """A settled invoice for which no money moved: its period is covered by credit, or is a trial."""

    invoice_id = StripeIdField(unique=True)
    livemode = models.BooleanField()
    subscription = models.ForeignKey(
        Subscription, on_delete=models.PROTECT, related_name="uncharged_invoices"
    )
    reason = models.CharField(max_length=10, choices=Uncharged)
    product_id = StripeIdField(blank=True)
    amount = models.PositiveBigIntegerField(help_text="What the period would cost, in minor units.")
    currency = CurrencyField()
    period_start = models.DateTimeField()
    period_end = models.DateTimeField()
    settled_at = models.DateTimeField()
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="uncharged_invoice_period_ordered", condition=Q(period_start__lt=F("period_end"))
            ),
            models.CheckConstraint(
                name="uncharged_invoice_reason_known", condition=Q(reason__in=Uncharged.values)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.invoice_id} ({self.reason})"
