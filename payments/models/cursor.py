from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone


class Cursor(models.Model):
    """How far reconciliation has read at Stripe: everything before `read_until` was seen."""

    name = models.CharField(max_length=40, unique=True)
    read_until = models.DateTimeField()
    lease_until = models.DateTimeField(null=True, blank=True, help_text="Somebody reads on until then.")
    finished_at = models.DateTimeField(null=True, blank=True, help_text="When the last run came to its end.")

    LEASE = timedelta(minutes=5)

    def __str__(self) -> str:
        return f"{self.name} {self.read_until.isoformat()}"

    @classmethod
    def claim(cls, name: str, *, start: datetime) -> Self | None:
        """The cursor for whoever reads on, made at `start` the first time; None while another holds it."""
        now = timezone.now()
        cls.objects.get_or_create(name=name, defaults={"read_until": start})
        free = cls.objects.filter(Q(lease_until__isnull=True) | Q(lease_until__lte=now), name=name)
        return cls.objects.get(name=name) if free.update(lease_until=now + cls.LEASE) else None

    @classmethod
    def last_finished_at(cls, name: str) -> datetime | None:
        """When the last run came to its end, if ever."""
        return cls.objects.filter(name=name).values_list("finished_at", flat=True).first()

    def hold(self) -> None:
        """Shows that the reader is alive."""
        self.lease_until = timezone.now() + self.LEASE
        self.save(update_fields=["lease_until"])

    def advance(self, read_until: datetime) -> None:
        """Notes progress, and holds the cursor on."""
        self.read_until = read_until
        self.lease_until = timezone.now() + self.LEASE
        self.save(update_fields=["read_until", "lease_until"])

    def release(self, *, is_finished: bool) -> None:
        """Lets go; `is_finished` if the run came to its end."""
        self.lease_until = None
        if is_finished:
            self.finished_at = timezone.now()
        self.save(update_fields=["lease_until", "finished_at"])
