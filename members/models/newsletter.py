from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone


class Newsletter(models.Model):
    """A letter that readers may ask for. Another tool sends it; who gets it is kept here."""

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=80)
    description = models.CharField(max_length=200, blank=True)
    rhythm = models.CharField(max_length=40, blank=True, help_text="How often, in words: every Friday.")
    position = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(default=True, help_text="Readers can ask for it.")

    class Meta:
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name


class NewsletterSubscriptionQuerySet(models.QuerySet["NewsletterSubscription"]):
    def current(self) -> Self:
        """Confirmed, and not ended."""
        return self.filter(confirmed_at__isnull=False, ended_at__isnull=True)


class NewsletterSubscription(models.Model):
    """An address that asked for a newsletter: it gets it from when its owner confirmed, until they end it."""

    newsletter = models.ForeignKey(Newsletter, on_delete=models.PROTECT, related_name="subscriptions")
    email = models.EmailField()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="newsletter_subscriptions",
        help_text="Who chose it in their account.",
    )
    asked_at = models.DateTimeField(default=timezone.now)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = NewsletterSubscriptionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="newsletter_once_per_address", fields=["newsletter", "email"]),
            models.CheckConstraint(name="newsletter_email_is_lower", condition=Q(email=Lower(F("email")))),
        ]

    def __str__(self) -> str:
        return f"{self.newsletter}: {self.email}"

    @property
    def is_current(self) -> bool:
        return self.confirmed_at is not None and self.ended_at is None
