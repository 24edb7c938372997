from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from payments.enums import EventState
from payments.models.fields import StripeIdField


class StripeEventQuerySet(models.QuerySet["StripeEvent"]):
    def due(self, now: datetime) -> Self:
        """Waiting to be processed, and not held by a worker whose lease still runs."""
        return self.filter(
            Q(lease_until__isnull=True) | Q(lease_until__lt=now),
            state=EventState.PENDING,
            next_try_at__lte=now,
        )


class StripeEvent(models.Model):
    """The inbox, and the queue: an event as it came, kept before it is answered with 200."""

    event_id = StripeIdField()
    stripe_account = StripeIdField(blank=True, default="")
    livemode = models.BooleanField()
    type = models.CharField(max_length=100)
    body = models.BinaryField(help_text="The bytes that were signed.")
    state = models.CharField(max_length=10, choices=EventState, default=EventState.PENDING)
    attempts = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField(default=timezone.now)
    lease_until = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True, help_text="Why the last attempt failed.")
    received_at = models.DateTimeField(default=timezone.now)
    processed_at = models.DateTimeField(null=True, blank=True)

    objects = StripeEventQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="stripe_event_kept_once", fields=["stripe_account", "livemode", "event_id"]
            ),
            models.CheckConstraint(
                name="stripe_event_done_has_time",
                condition=~Q(state=EventState.DONE) | Q(processed_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                name="stripe_event_waiting", fields=["next_try_at"], condition=Q(state=EventState.PENDING)
            )
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.event_id}"
