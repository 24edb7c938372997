from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from members.enums import Unsent, mail_kinds
from payments.enums import QueueState
from payments.models.queue import Queued, QueueQuerySet


class OutgoingMail(Queued):
    """A mail that is owed: one per kind and reference. It is rendered when it is sent, so that no secret lies here."""

    CAME_AT = "created_at"
    MAX_ATTEMPTS = 24
    """A mail server may be away for most of a day."""

    kind = models.CharField(max_length=30, choices=mail_kinds)
    reference = models.CharField(
        max_length=100, help_text="Which row the mail is about, or which row and day."
    )
    recipient = models.EmailField()
    created_at = models.DateTimeField(default=timezone.now)
    unsent = models.CharField(
        max_length=20, choices=Unsent, blank=True, help_text="Why it is done without having been sent."
    )

    objects: ClassVar[QueueQuerySet["OutgoingMail"]] = QueueQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(Queued.Meta):
        constraints = [
            *Queued.Meta.constraints,
            models.UniqueConstraint(name="outgoing_mail_once", fields=["kind", "reference"]),
            models.CheckConstraint(
                name="outgoing_mail_unsent_is_done", condition=Q(unsent="") | Q(state=QueueState.DONE)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.reference}"

    def finish(self, unsent: Unsent | None = None) -> None:
        """It went out; or it never will, for the reason given."""
        super().finish()
        if unsent:
            self._rows().update(unsent=unsent)
