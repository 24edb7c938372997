import uuid
from typing import ClassVar

from django.db import models
from django.utils import timezone

from payments.enums import CatalogueKind
from payments.models.fields import StripeIdField
from payments.models.queue import Queued, QueueQuerySet


class CatalogueItem(Queued):
    """A product, price or coupon as we want it at Stripe. Waiting: not so there yet; done: as we last saw, it is.

    `key` is the name that we give it: a product's or coupon's id, a price's lookup key.
    """

    CAME_AT = "changed_at"

    kind = models.CharField(max_length=10, choices=CatalogueKind)
    key = StripeIdField()
    livemode = models.BooleanField()
    name = models.CharField(max_length=200, help_text="What people call it.")
    wanted = models.JSONField(help_text="As it shall be there; amounts in minor units.")
    stripe_id = StripeIdField(blank=True, help_text="Which object of Stripe's it is, once it was made.")
    difference = models.TextField(blank=True, help_text="What somebody else has made of it at Stripe.")
    idempotency_key = models.UUIDField(default=uuid.uuid4, editable=False)
    changed_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[QueueQuerySet["CatalogueItem"]] = QueueQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(Queued.Meta):
        constraints = [
            *Queued.Meta.constraints,
            models.UniqueConstraint(name="catalogue_item_once", fields=["kind", "key", "livemode"]),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.name}"
