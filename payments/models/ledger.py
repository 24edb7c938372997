from django.db import models
from django.db.models import Q

from payments.enums import Account, EntryKind
from payments.models.fields import AmountField, CurrencyField, StripeIdField
from payments.models.payment import Payment

UNEXPLAINED = (EntryKind.UNALLOCATED, EntryKind.REVERSAL)


class LedgerEntry(models.Model):
    """One immutable balanced fact of money. Triggers refuse update and delete; a correction is a new entry.

    `source` is Stripe's balance transaction, or, for a movement inside our own books, the fact's reference
    ("gift:<uuid>"): with it a fact is posted once, whoever tries and how often.
    """

    kind = models.CharField(max_length=30, choices=EntryKind)
    source = StripeIdField()
    stripe_account = StripeIdField(blank=True, default="")
    livemode = models.BooleanField()
    payment = models.ForeignKey(
        Payment, null=True, blank=True, on_delete=models.PROTECT, related_name="ledger_entries"
    )
    reverses = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="reversed_by"
    )
    effective_at = models.DateTimeField(help_text="When it happened.")
    posted_at = models.DateTimeField(auto_now_add=True, help_text="When we wrote it down.")

    class Meta:
        verbose_name_plural = "ledger entries"
        constraints = [
            models.UniqueConstraint(
                name="ledger_entry_posted_once", fields=["stripe_account", "livemode", "source", "kind"]
            ),
            # However a balance transaction came to be explained, it is explained once.
            models.UniqueConstraint(
                name="ledger_entry_explained_once",
                fields=["stripe_account", "livemode", "source"],
                condition=~Q(kind__in=UNEXPLAINED),
            ),
            models.CheckConstraint(
                name="ledger_entry_reversal_reverses",
                condition=Q(kind=EntryKind.REVERSAL, reverses__isnull=False)
                | (~Q(kind=EntryKind.REVERSAL) & Q(reverses__isnull=True)),
            ),
            models.CheckConstraint(name="ledger_entry_kind_known", condition=Q(kind__in=EntryKind.values)),
        ]
        indexes = [models.Index(fields=["effective_at"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.source}"


class Posting(models.Model):
    """One line of an entry: debit positive, credit negative; per currency they add up to zero."""

    entry = models.ForeignKey(LedgerEntry, on_delete=models.PROTECT, related_name="postings")
    account = models.CharField(max_length=30, choices=Account)
    amount = AmountField()
    currency = CurrencyField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="posting_one_line", fields=["entry", "account", "currency"]),
            models.CheckConstraint(name="posting_not_zero", condition=~Q(amount=0)),
            models.CheckConstraint(name="posting_account_known", condition=Q(account__in=Account.values)),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.amount} {self.currency}"
