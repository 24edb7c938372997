from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from members.models.tier import Plan
from payments.models.checkout import Checkout
from payments.models.fields import AmountField


class Signup(models.Model):
    """What a reader asked for before paying. One is open per address, plan and amount, however often it is sent."""

    email = models.EmailField()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="signups"
    )
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="signups")
    amount = AmountField()
    checkout = models.OneToOneField(Checkout, on_delete=models.PROTECT, related_name="signup")
    campaign_code = models.SlugField(blank=True, help_text="The campaign that the reader came through.")
    attribution = models.JSONField(
        default=dict, blank=True, help_text="The utm parameters of the link that the reader came by."
    )
    is_open = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="signup_open_once", fields=["email", "plan", "amount"], condition=Q(is_open=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email}: {self.plan}"
