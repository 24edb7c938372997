from datetime import date, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from members.enums import Origin
from members.models.gift import Gift
from members.models.tier import Tier
from payments.enums import Standing
from payments.models.payment import Payment
from payments.models.subscription import Subscription, UnchargedInvoice

LAPSED_AFTER = timedelta(days=365)
"""Who was no member for so long counts as new again."""


class MembershipQuerySet(models.QuerySet["Membership"]):
    def held(self) -> Self:
        """Without those whose money went back."""
        return self.exclude(payment__standing=Standing.RETURNED).exclude(
            gift__payment__standing=Standing.RETURNED
        )

    def active_on(self, day: date) -> Self:
        """Those that entitle on the day."""
        return self.held().filter(starts_on__lte=day, ends_on__gt=day)

    def of_newcomers(self) -> Self:
        """Those whose holder had no membership, a trial aside, in the year before they were granted."""
        earlier = Membership.objects.held().exclude(origin=Origin.TRIAL)
        earlier = earlier.filter(
            Q(granted_at__lt=OuterRef("granted_at"))
            | Q(granted_at=OuterRef("granted_at"), pk__lt=OuterRef("pk")),
            user=OuterRef("user"),
            ends_on__gt=OuterRef("starts_on") - LAPSED_AFTER,
        )
        return self.filter(~Exists(earlier))


class Membership(models.Model):
    """Entitlement to a tier for the half-open period `[starts_on, ends_on)`, one row per paid or granted period.

    A reader's access is the union of theirs. Each row has the fact that it rests on, and no fact makes two rows.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships")
    tier = models.ForeignKey(Tier, on_delete=models.PROTECT, related_name="memberships")
    origin = models.CharField(max_length=10, choices=Origin)
    starts_on = models.DateField()
    ends_on = models.DateField(help_text="The first day without access.")
    payment = models.OneToOneField(
        Payment, null=True, blank=True, on_delete=models.PROTECT, related_name="membership"
    )
    subscription = models.ForeignKey(
        Subscription, null=True, blank=True, on_delete=models.PROTECT, related_name="memberships"
    )
    gift = models.OneToOneField(
        Gift, null=True, blank=True, on_delete=models.PROTECT, related_name="membership"
    )
    uncharged = models.OneToOneField(
        UnchargedInvoice, null=True, blank=True, on_delete=models.PROTECT, related_name="membership"
    )
    campaign_code = models.SlugField(blank=True)
    granted_at = models.DateTimeField(help_text="When it was paid for, or redeemed; campaigns count by it.")
    created_at = models.DateTimeField(default=timezone.now)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="membership_period_ordered", condition=Q(starts_on__lt=F("ends_on"))),
            models.CheckConstraint(name="membership_origin_known", condition=Q(origin__in=Origin.values)),
            models.CheckConstraint(
                name="membership_rests_on_its_fact",
                condition=Q(
                    origin=Origin.PAID, payment__isnull=False, gift__isnull=True, uncharged__isnull=True
                )
                | Q(
                    origin__in=[Origin.PAID, Origin.TRIAL],
                    uncharged__isnull=False,
                    payment__isnull=True,
                    gift__isnull=True,
                )
                | Q(origin=Origin.GIFT, gift__isnull=False, payment__isnull=True, uncharged__isnull=True)
                | Q(
                    origin__in=[Origin.COMP, Origin.IMPORT],
                    payment__isnull=True,
                    gift__isnull=True,
                    uncharged__isnull=True,
                ),
            ),
        ]
        indexes = [
            models.Index(fields=["granted_at"]),
            models.Index(fields=["user", "granted_at"]),
            models.Index(fields=["starts_on", "ends_on"]),
        ]

    def __str__(self) -> str:
        return f"{self.tier} {self.starts_on}/{self.ends_on}"

    @property
    def is_active(self) -> bool:
        return self.is_held and self.starts_on <= timezone.localdate() < self.ends_on

    @property
    def is_over(self) -> bool:
        return self.ends_on <= timezone.localdate()

    @property
    def is_held(self) -> bool:
        """The money for it did not go back."""
        payment = self.gift.payment if self.gift else self.payment
        return payment is None or payment.standing != Standing.RETURNED
