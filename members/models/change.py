import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from members.enums import ActorKind, ChangeKind
from members.models.membership import Membership
from payments.models.subscription import Subscription


def new_key() -> str:
    """For a request: Stripe is asked under it."""
    return str(uuid.uuid4())


class ChangeQuerySet(models.QuerySet["MembershipChange"]):
    def done(self) -> "ChangeQuerySet":
        """What has happened, latest first."""
        return self.filter(done_at__isnull=False).order_by("-done_at", "-pk")

    def asked(self) -> "ChangeQuerySet":
        """What somebody asked for, and Stripe has not told us of yet."""
        return self.filter(done_at__isnull=True, failed_at__isnull=True)


class MembershipChange(models.Model):
    """One thing that became of somebody's membership: what, when, who, why.

    What has to be asked of Stripe is written first, open; recording what Stripe says closes it. `key` makes it once:
    the fact that it rests on, or of a request its idempotency key.
    """

    key = models.CharField(max_length=150, unique=True, default=new_key)
    kind = models.CharField(max_length=20, choices=ChangeKind)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="changes")
    subscription = models.ForeignKey(
        Subscription, null=True, blank=True, on_delete=models.PROTECT, related_name="changes"
    )
    membership = models.ForeignKey(
        Membership, null=True, blank=True, on_delete=models.PROTECT, related_name="changes"
    )
    actor_kind = models.CharField(max_length=10, choices=ActorKind)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="changes_made",
        help_text="Which reader or member of staff.",
    )
    reason = models.CharField(max_length=500, blank=True, help_text="Why, in the actor's words.")
    reason_code = models.SlugField(blank=True, help_text="Why, of the reasons that the page offers.")
    before = models.JSONField(default=dict, blank=True)
    after = models.JSONField(default=dict, blank=True)
    asked_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True, blank=True, help_text="When it took effect.")
    failed_at = models.DateTimeField(null=True, blank=True, help_text="When Stripe refused it.")
    error = models.CharField(max_length=500, blank=True)

    objects = ChangeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="change_asked_once",
                fields=["subscription"],
                condition=Q(done_at__isnull=True, failed_at__isnull=True),
            ),
            models.CheckConstraint(name="change_kind_known", condition=Q(kind__in=ChangeKind.values)),
            models.CheckConstraint(name="change_actor_known", condition=Q(actor_kind__in=ActorKind.values)),
            models.CheckConstraint(
                name="change_done_or_failed", condition=Q(done_at__isnull=True) | Q(failed_at__isnull=True)
            ),
            models.CheckConstraint(
                name="change_by_somebody_named",
                condition=~Q(actor_kind__in=[ActorKind.READER, ActorKind.STAFF]) | Q(actor__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["user", "done_at"]),
            models.Index(
                name="change_asked",
                fields=["subscription"],
                condition=Q(done_at__isnull=True, failed_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} by {self.actor_kind}"
