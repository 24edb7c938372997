from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from members.models.tier import Plan
from payments.models.fields import AmountField
from payments.money import Money


class OfferQuerySet(models.QuerySet["IntroductoryOffer"]):
    def running(self, now: datetime) -> Self:
        """What a new member gets now."""
        begun = Q(starts_at__isnull=True) | Q(starts_at__lte=now)
        return self.filter(begun, Q(ends_at__isnull=True) | Q(ends_at__gt=now), is_active=True)


class IntroductoryOffer(models.Model):
    """A plan for less in the beginning: `periods` charges of `amount` each, then the plan's own price."""

    plan = models.ForeignKey(Plan, on_delete=models.CASCADE, related_name="offers")
    amount = AmountField()
    periods = models.PositiveSmallIntegerField(default=1)
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    is_active = models.BooleanField(default=True)

    objects = OfferQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="offer_one_per_plan", fields=["plan"], condition=Q(is_active=True)),
            models.CheckConstraint(name="offer_positive", condition=Q(amount__gt=0, periods__gt=0)),
            models.CheckConstraint(
                name="offer_window_ordered",
                condition=Q(starts_at__isnull=True)
                | Q(ends_at__isnull=True)
                | Q(starts_at__lt=models.F("ends_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.price} for {self.periods} of {self.plan}"

    @property
    def price(self) -> Money:
        return Money(self.amount, self.plan.currency)

    @property
    def is_running(self) -> bool:
        now = timezone.now()
        begun = self.starts_at is None or self.starts_at <= now
        return self.is_active and begun and (self.ends_at is None or now < self.ends_at)
