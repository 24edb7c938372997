from datetime import datetime

from django.db import models
from django.utils import timezone


class Heartbeat(models.Model):
    """When beat and a worker last worked together: one row, in the database because every process sees that."""

    beat_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(name="heartbeat_one_row", condition=models.Q(pk=1))]

    def __str__(self) -> str:
        return self.beat_at.isoformat()

    @classmethod
    def beat(cls) -> None:
        """Notes that both are alive now."""
        cls.objects.update_or_create(pk=1, defaults={"beat_at": timezone.now()})

    @classmethod
    def last_at(cls) -> datetime | None:
        """When they last were, if ever."""
        return cls.objects.values_list("beat_at", flat=True).first()
