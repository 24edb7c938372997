import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from payments.models.queue import Queued, QueueQuerySet


class Erasure(Queued):
    """Somebody asked that a person be forgotten: written first, then done by a worker, begun anew as often as it must.

    `addresses` are kept until the last mail has gone out, and no longer.
    """

    CAME_AT = "asked_at"
    MAX_ATTEMPTS = None
    """Stripe may be away for long; the promise stands."""

    key = models.UUIDField(
        default=uuid.uuid4, unique=True, editable=False, help_text="Goes with each call to Stripe."
    )
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="erasure")
    addresses = models.JSONField(default=list, help_text="The person's; empty when all is done.")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="erasures_asked",
        help_text="Who asked.",
    )
    reason = models.CharField(max_length=500, blank=True, help_text="Why, where staff asked.")
    asked_at = models.DateTimeField(default=timezone.now)
    blanked_at = models.DateTimeField(
        null=True, blank=True, help_text="When the person was gone from our rows."
    )

    objects: ClassVar[QueueQuerySet["Erasure"]] = QueueQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(Queued.Meta):
        constraints = [
            *Queued.Meta.constraints,
            models.CheckConstraint(
                name="erasure_by_others_has_reason", condition=Q(actor=models.F("user")) | ~Q(reason="")
            ),
        ]

    def __str__(self) -> str:
        return f"of user {self.user_id}"
