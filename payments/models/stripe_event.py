from typing import ClassVar

from django.db import connections, models
from django.utils import timezone

from payments.models.fields import StripeIdField
from payments.models.queue import Queued, QueueQuerySet


class StripeEventQuerySet(QueueQuerySet["StripeEvent"]):
    def keep(self, event: "StripeEvent") -> int | None:
        """Inserts the event; gives its id, or None if it was there already."""
        # One statement, and no exception for what happens every day: this is the whole of an acknowledgement.
        connection = connections[self.db]
        fields = [field for field in self.model._meta.concrete_fields if not field.primary_key]
        values = [field.get_db_prep_save(getattr(event, field.attname), connection) for field in fields]
        columns = ", ".join(connection.ops.quote_name(field.attname) for field in fields)
        places = ", ".join(["%s"] * len(fields))
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {self.model._meta.db_table} ({columns}) VALUES ({places})"  # noqa: S608  our own columns
                " ON CONFLICT DO NOTHING RETURNING id",
                values,
            )
            row = cursor.fetchone()
        return row[0] if row else None


class StripeEvent(Queued):
    """The inbox, and the queue: an event as it came, kept before it is answered with 200."""

    CAME_AT = "received_at"

    event_id = StripeIdField()
    stripe_account = StripeIdField(blank=True, default="")
    livemode = models.BooleanField()
    type = models.CharField(max_length=100)
    body = models.BinaryField(help_text="The bytes that were signed.")
    received_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[StripeEventQuerySet] = StripeEventQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(Queued.Meta):
        constraints = [
            *Queued.Meta.constraints,
            models.UniqueConstraint(
                name="stripe_event_kept_once", fields=["stripe_account", "livemode", "event_id"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.event_id}"
