from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from members.enums import ImportFormat
from members.models.tier import Tier
from payments.models.checkout import Checkout
from payments.models.fields import AmountField, CurrencyField, StripeIdField
from payments.models.queue import Queued, QueueQuerySet


class MemberImport(models.Model):
    """A file of members from elsewhere: looked at first, then brought over, all of it or nothing."""

    format = models.CharField(max_length=20, choices=ImportFormat)
    file_name = models.CharField(max_length=200)
    content = models.TextField(
        blank=True, help_text="The file as text; emptied when it has been brought over, or was not for a day."
    )
    tiers = models.JSONField(
        default=dict, blank=True, help_text="Which tier of ours each of the file's is; 0: no membership."
    )
    ends_on = models.DateField(help_text="The first day without access, where the file tells no end.")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="imports"
    )
    created_at = models.DateTimeField(default=timezone.now)
    asked_at = models.DateTimeField(
        null=True, blank=True, help_text="When somebody said that it is to be brought over; a worker does it."
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="imports_asked",
    )
    error = models.TextField(blank=True, help_text="Why that failed; nothing was brought over then.")
    done_at = models.DateTimeField(null=True, blank=True)
    result = models.JSONField(default=dict, blank=True, help_text="How many of each came of it.")

    class Meta:
        constraints = [
            models.CheckConstraint(name="import_format_known", condition=Q(format__in=ImportFormat.values)),
            models.CheckConstraint(
                name="import_done_keeps_no_file", condition=Q(done_at__isnull=True) | Q(content="")
            ),
        ]
        permissions = [("export_members", "Can export members")]

    def __str__(self) -> str:
        return f"{self.file_name} ({self.format})"

    @property
    def is_under_way(self) -> bool:
        """Asked for, and not done yet."""
        return self.asked_at is not None and self.done_at is None


class ImportedProduct(models.Model):
    """What another system sells at our Stripe account, and the tier that it is here."""

    product_id = StripeIdField(unique=True)
    name = models.CharField(max_length=255, blank=True)
    tier = models.ForeignKey(
        Tier,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="imported_products",
        help_text="Empty: it is no membership, and its subscriptions are left alone.",
    )

    def __str__(self) -> str:
        return self.name or str(self.product_id)


class ImportedCustomer(Queued):
    """A Stripe customer that a file named: its subscriptions are to be read, and those for memberships taken over."""

    CAME_AT = "created_at"

    member_import = models.ForeignKey(MemberImport, on_delete=models.PROTECT, related_name="customers")
    line = models.PositiveIntegerField()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="imported_customers"
    )
    stripe_id = StripeIdField(unique=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[QueueQuerySet["ImportedCustomer"]] = QueueQuerySet.as_manager()  # type: ignore[assignment]

    def __str__(self) -> str:
        return f"{self.stripe_id} of line {self.line}"


class ImportedSubscription(models.Model):
    """A running subscription that was made elsewhere. Ours from when it has a checkout, stamped at Stripe."""

    stripe_id = StripeIdField(unique=True)
    customer = models.ForeignKey(ImportedCustomer, on_delete=models.PROTECT, related_name="subscriptions")
    product = models.ForeignKey(ImportedProduct, on_delete=models.PROTECT, related_name="subscriptions")
    amount = AmountField()
    currency = CurrencyField()
    interval = models.CharField(max_length=20, help_text="As Stripe tells it, such as “3 month”.")
    refused = models.CharField(max_length=300, blank=True, help_text="Why it cannot be taken over.")
    checkout = models.OneToOneField(
        Checkout, null=True, blank=True, on_delete=models.PROTECT, related_name="imported_subscription"
    )
    adopted_at = models.DateTimeField(null=True, blank=True, help_text="When Stripe had our metadata on it.")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="imported_subscription_adopted_has_checkout",
                condition=Q(adopted_at__isnull=True) | Q(checkout__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return str(self.stripe_id)
