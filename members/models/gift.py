import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from members.models.tier import Tier
from payments.enums import Standing
from payments.models.checkout import Checkout
from payments.models.fields import AmountField, CurrencyField
from payments.models.payment import Payment
from payments.money import Money


class GiftOfferQuerySet(models.QuerySet["GiftOffer"]):
    def on_sale(self, currency: str) -> Self:
        """What may be given now in the currency, shortest and cheapest first."""
        found = self.filter(is_active=True, tier__is_active=True, currency=currency)
        return found.select_related("tier").order_by("months", "amount")


class GiftOffer(models.Model):
    """A length of a tier that can be given, at a price paid once."""

    tier = models.ForeignKey(Tier, on_delete=models.PROTECT, related_name="gift_offers")
    months = models.PositiveSmallIntegerField()
    currency = CurrencyField()
    amount = AmountField()
    is_active = models.BooleanField(default=True)

    objects = GiftOfferQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="gift_offer_one_price", fields=["tier", "months", "currency"]),
            models.CheckConstraint(name="gift_offer_positive", condition=Q(amount__gt=0, months__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.tier}, {self.months} months, {self.price}"

    @property
    def price(self) -> Money:
        return Money(self.amount, self.currency)


class Gift(models.Model):
    """A prepaid membership for someone else. Bought when it has a payment; redeemed when it has a redeemer.

    The link's token is made of `reference` and our secret when it is needed; we keep only its hash.
    """

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    token_hash = models.CharField(max_length=64, unique=True)
    tier = models.ForeignKey(Tier, on_delete=models.PROTECT, related_name="gifts")
    months = models.PositiveSmallIntegerField()
    giver_email = models.EmailField()
    giver_name = models.CharField(max_length=80, blank=True)
    recipient_name = models.CharField(max_length=80, blank=True)
    message = models.CharField(max_length=300, blank=True)
    campaign_code = models.SlugField(blank=True)
    checkout = models.OneToOneField(Checkout, on_delete=models.PROTECT, related_name="gift")
    payment = models.OneToOneField(
        Payment, null=True, blank=True, on_delete=models.PROTECT, related_name="gift"
    )
    is_open = models.BooleanField(default=True, help_text="Neither paid nor given up.")
    created_at = models.DateTimeField(default=timezone.now)
    claim_until = models.DateTimeField(
        null=True, blank=True, help_text="May be redeemed before this instant."
    )
    redeemed_at = models.DateTimeField(null=True, blank=True)
    redeemed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="gifts_redeemed",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="gift_open_once",
                fields=["giver_email", "tier", "months", "recipient_name", "giver_name", "message"],
                condition=Q(is_open=True),
            ),
            models.CheckConstraint(
                name="gift_redeemed_by_somebody",
                condition=Q(redeemed_at__isnull=True, redeemed_by__isnull=True)
                | Q(redeemed_at__isnull=False, redeemed_by__isnull=False, payment__isnull=False),
            ),
            models.CheckConstraint(
                name="gift_paid_can_be_claimed",
                condition=Q(payment__isnull=True)
                | Q(payment__isnull=False, claim_until__isnull=False, is_open=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.months} months of {self.tier} from {self.giver_email}"

    @property
    def is_redeemed(self) -> bool:
        return self.redeemed_at is not None

    @property
    def is_waiting(self) -> bool:
        """Paid for, not redeemed, and the money still ours."""
        return self.payment is not None and not self.is_redeemed and self.payment.standing == Standing.HELD
