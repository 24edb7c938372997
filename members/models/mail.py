from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from members.enums import MailKind, MailState


class OutgoingMailQuerySet(models.QuerySet["OutgoingMail"]):
    def due(self, now: datetime) -> Self:
        """Waiting, and not held by a worker whose lease still runs."""
        return self.filter(
            Q(lease_until__isnull=True) | Q(lease_until__lt=now),
            state=MailState.WAITING,
            next_try_at__lte=now,
        )


class OutgoingMail(models.Model):
    """A mail that is owed: one per kind and reference. It is rendered when it is sent, so that no secret lies here."""

    kind = models.CharField(max_length=30, choices=MailKind)
    reference = models.CharField(max_length=100, help_text="Primary key of what the mail is about.")
    recipient = models.EmailField()
    state = models.CharField(max_length=10, choices=MailState, default=MailState.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    next_try_at = models.DateTimeField(default=timezone.now)
    lease_until = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)

    objects = OutgoingMailQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(name="outgoing_mail_once", fields=["kind", "reference"])]
        indexes = [
            models.Index(
                name="outgoing_mail_waiting", fields=["next_try_at"], condition=Q(state=MailState.WAITING)
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.reference}"
