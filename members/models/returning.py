from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from payments.models.subscription import Subscription


class ReturnReminderQuerySet(models.QuerySet["ReturnReminder"]):
    def due(self, day: date) -> Self:
        """Those whose day has come, and that nobody was written to about."""
        return self.filter(due_on__lte=day, owed_at__isnull=True)


class ReturnReminder(models.Model):
    """A day on which somebody who left wants to be asked, once, whether they would come back."""

    subscription = models.OneToOneField(
        Subscription, on_delete=models.CASCADE, related_name="return_reminder"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="return_reminders"
    )
    due_on = models.DateField()
    owed_at = models.DateTimeField(null=True, blank=True, help_text="When the mail was given to the outbox.")

    objects = ReturnReminderQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(name="return_reminder_waiting", fields=["due_on"], condition=Q(owed_at__isnull=True))
        ]

    def __str__(self) -> str:
        return f"{self.due_on} for subscription {self.subscription_id}"
