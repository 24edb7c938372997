import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from payments.enums import Collected, QueueState
from payments.models.queue import Queued, QueueQuerySet
from payments.models.subscription import Subscription


class CollectionRequest(Queued):
    """There may be a new card: it shall pay the subscription from now on, and what is owed at once."""

    CAME_AT = "created_at"

    subscription = models.ForeignKey(
        Subscription, on_delete=models.PROTECT, related_name="collection_requests"
    )
    idempotency_key = models.UUIDField(
        default=uuid.uuid4, unique=True, editable=False, help_text="What the calls' keys begin with."
    )
    is_asked = models.BooleanField(
        default=False, help_text="The reader asks for it: the card is tried even if it was before."
    )
    outcome = models.CharField(max_length=10, choices=Collected, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[QueueQuerySet["CollectionRequest"]] = QueueQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(Queued.Meta):
        constraints = [
            *Queued.Meta.constraints,
            models.CheckConstraint(
                name="collection_outcome_known", condition=Q(outcome__in=["", *Collected.values])
            ),
            # Two at once would try one card twice.
            models.UniqueConstraint(
                name="collection_one_at_a_time",
                fields=["subscription"],
                condition=Q(state=QueueState.PENDING),
            ),
        ]

    def __str__(self) -> str:
        return f"collection {self.pk} {self.outcome or self.state}"
