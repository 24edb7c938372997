from datetime import datetime
from typing import Self
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from campaigns.enums import GiftsCount, Metric


def validate_zone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError(f"{name} is not the name of a time zone, such as Europe/Kyiv.")


class CampaignQuerySet(models.QuerySet["Campaign"]):
    def running_at(self, now: datetime) -> Self:
        """Begun and not over, the latest begun first."""
        return self.filter(starts_at__lte=now, ends_at__gt=now).order_by("-starts_at")


class Campaign(models.Model):
    """A dated appeal: what it counts in the half-open window `[starts_at, ends_at)`, and the goal."""

    slug = models.SlugField(unique=True)
    title = models.CharField(max_length=120)
    banner = models.CharField(max_length=200, help_text="One or two sentences for the top of each page.")
    headline = models.CharField(max_length=120, help_text="Over the appeal at the end of an article.")
    body = models.TextField(help_text="The appeal; an empty line divides paragraphs.")
    metric = models.CharField(max_length=20, choices=Metric, default=Metric.NEW_MEMBERS)
    gifts_count = models.CharField(max_length=20, choices=GiftsCount, default=GiftsCount.AT_REDEMPTION)
    goal = models.PositiveIntegerField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(help_text="The first instant that no longer counts.")
    time_zone = models.CharField(max_length=60, default="UTC", validators=[validate_zone])

    objects = CampaignQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="campaign_goal_positive", condition=Q(goal__gt=0)),
            models.CheckConstraint(name="campaign_window_ordered", condition=Q(starts_at__lt=F("ends_at"))),
            models.CheckConstraint(name="campaign_metric_known", condition=Q(metric__in=Metric.values)),
            models.CheckConstraint(
                name="campaign_gifts_count_known", condition=Q(gifts_count__in=GiftsCount.values)
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("campaign", args=[self.slug])
