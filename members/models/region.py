from django.db import models
from django.db.models import Q

from payments.enums import Interval
from payments.models.fields import AmountField, CurrencyField


class Region(models.Model):
    """Countries whose readers are offered one currency first, and perhaps other amounts than elsewhere."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=80)
    countries = models.JSONField(default=list, blank=True, help_text="ISO codes of two letters.")
    currency = CurrencyField()
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name


class RegionalAmounts(models.Model):
    """The amounts that a region's readers are offered for an interval, instead of those of the plans."""

    region = models.ForeignKey(Region, on_delete=models.CASCADE, related_name="amounts")
    interval = models.CharField(max_length=5, choices=Interval)
    suggested_amounts = models.JSONField(default=list, help_text="Minor units, offered as choices.")
    preselected_amount = AmountField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "regional amounts"
        constraints = [
            models.UniqueConstraint(name="regional_amounts_once", fields=["region", "interval"]),
            models.CheckConstraint(
                name="regional_amounts_interval_known", condition=Q(interval__in=Interval.values)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.region}, {self.interval}"
