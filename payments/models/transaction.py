from django.db import models
from django.db.models import F, Q

from payments.models.fields import AmountField, CurrencyField, StripeIdField
from payments.models.payout import Payout


class BalanceTransaction(models.Model):
    """One movement of the account's balance at Stripe, in Stripe's words and amounts: `gross - fee == net`.

    What it means to us, the ledger entry with the same source says.
    """

    stripe_id = StripeIdField()
    stripe_account = StripeIdField(blank=True, default="")
    livemode = models.BooleanField()
    type = models.CharField(max_length=60)
    reporting_category = models.CharField(max_length=60)
    source_id = StripeIdField(blank=True, help_text="The charge, refund, dispute or payout behind it.")
    gross = AmountField()
    fee = AmountField()
    net = AmountField()
    currency = CurrencyField(help_text="The currency that Stripe settled in.")
    exchange_rate = models.DecimalField(
        max_digits=24, decimal_places=12, null=True, blank=True, help_text="Stripe's, if it converted."
    )
    created_at = models.DateTimeField(help_text="When Stripe booked it.")
    available_on = models.DateField()
    payout = models.ForeignKey(
        Payout,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="transactions",
        help_text="The payout that it left with.",
    )
    recorded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="balance_transaction_once", fields=["stripe_account", "livemode", "stripe_id"]
            ),
            models.CheckConstraint(
                name="balance_transaction_adds_up", condition=Q(net=F("gross") - F("fee"))
            ),
        ]
        indexes = [models.Index(fields=["created_at"]), models.Index(fields=["source_id"])]

    def __str__(self) -> str:
        return f"{self.stripe_id} {self.reporting_category} {self.net} {self.currency}"
