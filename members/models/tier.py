from typing import Self
from uuid import uuid4

from django.db import models
from django.db.models import Q

from payments.enums import Interval
from payments.models.fields import AmountField, CurrencyField, StripeIdField
from payments.money import Money


def new_product_id() -> str:
    """A name of ours for a product at Stripe that nobody else on the account uses."""
    return f"groundswell_{uuid4().hex}"


class Tier(models.Model):
    """A named level of benefits; at Stripe one product, whose id says which tier a payment is for."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=80)
    description = models.CharField(max_length=200, blank=True)
    benefits = models.JSONField(default=list, blank=True, help_text="A list of short lines.")
    position = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(default=True)
    product_id = StripeIdField(
        blank=True, default=new_product_id, editable=False, help_text="What Stripe knows the tier by."
    )

    class Meta:
        ordering = ["position", "name"]
        constraints = [
            models.UniqueConstraint(
                name="tier_one_product", fields=["product_id"], condition=~Q(product_id="")
            ),
        ]

    def __str__(self) -> str:
        return self.name


class PlanQuerySet(models.QuerySet["Plan"]):
    def on_sale(self, currency: str) -> Self:
        """What may be bought now in the currency, cheapest first."""
        found = self.filter(is_active=True, tier__is_active=True, currency=currency)
        return found.select_related("tier").order_by("amount")

    def for_amount(self, *, interval: str, currency: str, amount: int) -> "Plan | None":
        """The highest plan that the amount (minor units) reaches; None below the lowest."""
        return self.on_sale(currency).filter(interval=interval, amount__lte=amount).last()


class Plan(models.Model):
    """A tier's price in a currency and interval: `amount` is the least that buys it, more is welcome.

    One that is not active is archived: it is not sold, and who has it keeps it.
    """

    tier = models.ForeignKey(Tier, on_delete=models.PROTECT, related_name="plans")
    interval = models.CharField(max_length=5, choices=Interval)
    currency = CurrencyField()
    amount = AmountField()
    suggested_amounts = models.JSONField(
        default=list, blank=True, help_text="Minor units, offered as choices."
    )
    preselected_amount = AmountField(null=True, blank=True)
    trial_days = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(default=True)

    objects = PlanQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="plan_one_price", fields=["tier", "interval", "currency"], condition=Q(is_active=True)
            ),
            models.CheckConstraint(name="plan_amount_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(name="plan_interval_known", condition=Q(interval__in=Interval.values)),
        ]

    def __str__(self) -> str:
        return f"{self.tier} {self.price} a {self.interval}"

    @property
    def lookup_key(self) -> str:
        """What its price at Stripe is found by, whichever that is at the time."""
        return f"{self.tier.product_id}_{self.interval}_{self.currency}".lower()

    @property
    def price(self) -> Money:
        return Money(self.amount, self.currency)
