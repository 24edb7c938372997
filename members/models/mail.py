from typing import ClassVar

from django.db import models
from django.utils import timezone

from members.enums import MailKind
from payments.models.queue import Queued, QueueQuerySet


class OutgoingMail(Queued):
    """A mail that is owed: one per kind and reference. It is rendered when it is sent, so that no secret lies here."""

    CAME_AT = "created_at"
    MAX_ATTEMPTS = 24
    """A mail server may be away for most of a day."""

    kind = models.CharField(max_length=30, choices=MailKind)
    reference = models.CharField(max_length=100, help_text="Primary key of what the mail is about.")
    recipient = models.EmailField()
    created_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[QueueQuerySet["OutgoingMail"]] = QueueQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(Queued.Meta):
        constraints = [
            *Queued.Meta.constraints,
            models.UniqueConstraint(name="outgoing_mail_once", fields=["kind", "reference"]),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.reference}"
