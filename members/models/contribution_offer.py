from typing import Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from payments.enums import Interval
from payments.models.fields import AmountField, CurrencyField
from payments.money import Money

ONCE = ""
"""The interval of what is given once."""
FREQUENCIES = [(ONCE, _("Once")), (Interval.MONTH, _("Monthly")), (Interval.YEAR, _("Yearly"))]


class ContributionOfferQuerySet(models.QuerySet["ContributionOffer"]):
    def open(self) -> Self:
        """What is asked for now."""
        return self.filter(is_active=True)


class ContributionOffer(models.Model):
    """What is suggested to who gives at an interval, in a currency. All amounts in its minor units."""

    interval = models.CharField(max_length=5, choices=FREQUENCIES, blank=True)
    currency = CurrencyField()
    amounts = models.JSONField(
        default=list, help_text="A list of minor units: [500, 1000, 2000] for 5, 10, 20."
    )
    preselected = AmountField(help_text="The one of the amounts that is chosen already.")
    floor = AmountField(help_text="The least that may be given.")
    is_active = models.BooleanField(default=True)

    objects = ContributionOfferQuerySet.as_manager()

    class Meta:
        ordering = ["currency", "interval"]
        constraints = [
            models.UniqueConstraint(name="contribution_offer_once", fields=["interval", "currency"]),
            models.CheckConstraint(
                name="contribution_offer_floor_positive",
                condition=Q(floor__gt=0, preselected__gte=F("floor")),
            ),
            models.CheckConstraint(
                name="contribution_offer_interval_known", condition=Q(interval__in=[ONCE, *Interval.values])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_interval_display()}, {self.currency}"

    def clean(self) -> None:
        are_amounts = isinstance(self.amounts, list) and all(type(each) is int for each in self.amounts)
        if not are_amounts or not self.amounts:
            raise ValidationError({"amounts": _("Write the amounts that donors choose from.")})
        if min(self.amounts) < self.floor:
            raise ValidationError({"amounts": _("None of them may be less than the least.")})
        if self.preselected not in self.amounts:
            raise ValidationError({"preselected": _("Choose one of the amounts.")})

    @property
    def least(self) -> Money:
        return Money(self.floor, self.currency)


class ContributionSettings(models.Model):
    """How donations are asked for and followed up: one row, or none while nobody changed anything."""

    is_nudge_on = models.BooleanField(
        _("offer to give monthly"),
        default=True,
        help_text="Whoever is about to give once is offered to give monthly instead.",
    )
    dedication_waits_hours = models.PositiveSmallIntegerField(
        default=24,
        help_text="How long after the payment somebody is told of a donation in honour or memory. "
        "Until then you can stop that mail.",
    )

    class Meta:
        verbose_name_plural = "contribution settings"
        constraints = [models.CheckConstraint(name="contribution_settings_one_row", condition=Q(pk=1))]

    def __str__(self) -> str:
        return "Settings of donations"

    def save(self, *args: object, **kwargs: object) -> None:
        self.pk = 1
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    @classmethod
    def current(cls) -> "ContributionSettings":
        return cls.objects.filter(pk=1).first() or cls()
