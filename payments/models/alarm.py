from datetime import datetime
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from payments.enums import AlarmKind
from payments.models.queue import Queued, QueueQuerySet


class AlarmQuerySet(QueueQuerySet["Alarm"]):
    def open(self) -> Self:
        """Nobody has seen to these yet, nor have they gone by themselves."""
        return self.filter(cleared_at=None)

    def due(self, now: datetime) -> Self:
        return super().due(now).filter(cleared_at=None)


class Alarm(Queued):
    """What a person must look at, one open per kind and subject. It is its own outbox: done when they were told."""

    CAME_AT = "raised_at"
    MAX_ATTEMPTS = None

    kind = models.CharField(max_length=30, choices=AlarmKind)
    subject = models.CharField(max_length=255, help_text="Which row it is about.")
    message = models.TextField(help_text="What is wrong with it.")
    raised_at = models.DateTimeField(default=timezone.now)
    cleared_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[AlarmQuerySet] = AlarmQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(Queued.Meta):
        constraints = [
            *Queued.Meta.constraints,
            models.UniqueConstraint(
                name="alarm_open_once", fields=["kind", "subject"], condition=Q(cleared_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.subject}"
