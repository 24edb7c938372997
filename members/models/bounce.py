from datetime import timedelta
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from members.enums import BounceKind
from members.models.mail import OutgoingMail

REFUSING = (BounceKind.HARD, BounceKind.COMPLAINT)
"""After one of these an address is left alone."""


class MailBounceQuerySet(models.QuerySet["MailBounce"]):
    def standing(self) -> Self:
        """Those for which their addresses are left alone."""
        return self.filter(kind__in=REFUSING, cleared_at=None)

    def addresses(self, since: timedelta | None = None) -> int:
        """How many addresses these are about, of the time since then if it is given."""
        found = self.filter(bounced_at__gte=timezone.now() - since) if since else self
        return found.values("address").distinct().count()


class MailBounce(models.Model):
    """A mail that did not arrive, or was not wanted, as the mail provider told us."""

    address = models.EmailField(help_text="In the spelling of our users' addresses.")
    kind = models.CharField(max_length=10, choices=BounceKind)
    bounced_at = models.DateTimeField(default=timezone.now)
    detail = models.TextField(blank=True, help_text="What the reader's mail server said.")
    event_id = models.CharField(max_length=255, unique=True, help_text="The provider's, with its name.")
    mail = models.ForeignKey(
        OutgoingMail, null=True, blank=True, on_delete=models.SET_NULL, related_name="bounces"
    )
    cleared_at = models.DateTimeField(
        null=True, blank=True, help_text="Since then the address is written to again."
    )
    cleared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects: ClassVar[MailBounceQuerySet] = MailBounceQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        indexes = [
            models.Index(
                name="mail_bounce_standing",
                fields=["address"],
                condition=Q(kind__in=REFUSING, cleared_at__isnull=True),
            ),
            models.Index(name="mail_bounce_lately", fields=["bounced_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.address}"
