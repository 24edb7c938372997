from django.db import models
from django.utils.translation import gettext_lazy as _


class Purpose(models.TextChoices):
    """What a payment buys; each has exactly one fulfilling function."""

    MEMBERSHIP = "membership"
    GIFT = "gift"
    CONTRIBUTION = "contribution"
    """Nothing: it is given."""


class Interval(models.TextChoices):
    """How often a subscription charges."""

    MONTH = "month"
    YEAR = "year"


class Rest(models.TextChoices):
    """Why a subscription that was paid before charges nothing for a while. Stripe calls it a trial; it is none."""

    CHANGE = "change"
    """It goes on at another interval, once what was paid for is over."""
    PAUSE = "pause"
    """The reader takes a break."""
    GIFT = "gift"
    """A gift's time goes first."""


class Uncharged(models.TextChoices):
    """Why an invoice is settled and no money moved."""

    CREDIT = "credit"
    """By what earlier payments left over."""
    TRIAL = "trial"
    """Nothing was due yet."""


class Debt(models.TextChoices):
    """How an invoice stands whose charge failed."""

    OPEN = "open"
    """Stripe tries again, or the reader can pay."""
    RECOVERED = "recovered"
    """It was paid after all."""
    LOST = "lost"
    """Nobody collects it any more."""
    VOID = "void"
    """It is owed no more: somebody withdrew it."""


class Collected(models.TextChoices):
    """What came of trying a new card."""

    PAID = "paid"
    DECLINED = "declined"
    CONFIRM = "confirm"
    """The reader's bank wants them to confirm."""
    NOTHING = "nothing"
    """Nothing was owed, or there was no new card to try."""


class CheckoutStatus(models.TextChoices):
    OPEN = "open"
    """Stripe's page is there to be paid on, or about to be opened."""
    PENDING = "pending"
    """The reader is done, the money is not there yet (bank debit)."""
    PAID = "paid"
    FAILED = "failed"
    """A pending method failed afterwards; no money moved."""
    EXPIRED = "expired"
    """Nobody paid while the page was open; no money moved."""


class CatalogueKind(models.TextChoices):
    """What we keep in Stripe's catalogue."""

    PRODUCT = "product", _("Product")
    PRICE = "price", _("Price")
    COUPON = "coupon", _("Coupon")


class QueueState(models.TextChoices):
    """Of a row that is work to do."""

    PENDING = "pending"
    DONE = "done"
    PARKED = "parked"
    """Failed too often; waits for a person."""


class AlarmKind(models.TextChoices):
    """What a person must look at."""

    EVENT_PARKED = "event_parked", _("An event from Stripe could not be processed")
    EVENT_REFUSED = "event_refused", _("Events that are not ours arrive at our webhook")
    MAIL_PARKED = "mail_parked", _("A mail could not be sent")
    COLLECTION_PARKED = "collection_parked", _("A new card could not be tried")
    MAIL_BOUNCING = "mail_bouncing", _("Too much of our mail comes back")
    QUARANTINED = "quarantined", _("A payment does not fit what we asked for")
    PAID_TWICE = "paid_twice", _("Somebody paid twice")
    BOOKS_DIFFER = "books_differ", _("The books do not agree")
    CATALOGUE_DIFFERS = "catalogue_differs", _("Stripe's prices are not as we set them")
    FEED_STALE = "feed_stale", _("Stripe has not been heard for too long")


class Standing(models.TextChoices):
    """Whose a payment's money is by now. What it bought follows from this; nothing is switched off by hand."""

    HELD = "held"
    """Ours, wholly or after a part was given back."""
    FROZEN = "frozen"
    """The bank holds it until a dispute is decided."""
    RETURNED = "returned"
    """All of it went back, by refunds or a lost dispute."""


class RefundStatus(models.TextChoices):
    """Stripe's words."""

    PENDING = "pending"
    REQUIRES_ACTION = "requires_action"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    """The reader's bank did not take it: the money is with us again."""
    CANCELED = "canceled"


class PayoutStatus(models.TextChoices):
    """Stripe's words."""

    PENDING = "pending"
    IN_TRANSIT = "in_transit"
    PAID = "paid"
    FAILED = "failed"
    CANCELED = "canceled"


class EntryKind(models.TextChoices):
    """The ledger's dictionary: what a fact of money is."""

    PAYMENT = "payment"
    """A reader's money arrived at Stripe, less Stripe's fee."""
    REFUND = "refund"
    """We gave money back; Stripe keeps its fee."""
    REFUND_FAILED = "refund_failed"
    """A refund did not reach the reader: the money is back at Stripe."""
    DISPUTE = "dispute"
    """A bank took a disputed payment back until it decides, and Stripe a fee."""
    DISPUTE_REVERSED = "dispute_reversed"
    """The bank gave disputed money back."""
    DISPUTE_LOST = "dispute_lost"
    """The bank decided for the reader: what it held is gone. No money moves."""
    GIFT_REDEEMED = "gift_redeemed"
    """A gift became a membership: what we owed a giver we now owe a member."""
    PAYOUT = "payout"
    """Stripe sent money to our bank."""
    PAYOUT_FAILED = "payout_failed"
    """Our bank did not take a payout: the money is back at Stripe."""
    FEE = "fee"
    """Stripe charged for something beside a payment."""
    UNALLOCATED = "unallocated"
    """Money moved at Stripe, and nothing of ours explains it (yet)."""
    REVERSAL = "reversal"
    """Undoes another entry, line by line."""


class Account(models.TextChoices):
    """The ledger's accounts. Debits are positive, credits negative."""

    STRIPE_BALANCE = "stripe_balance"
    """Asset: money that Stripe holds for us."""
    BANK_CLEARING = "bank_clearing"
    """Asset: money that Stripe has sent to our bank; the bank's statement empties it."""
    DISPUTES = "disputes"
    """Asset: money that banks hold until disputes are decided."""
    STRIPE_FEES = "stripe_fees"
    """Expense: what Stripe kept."""
    DEFERRED_MEMBERSHIP = "deferred_membership"
    """Liability: membership paid for and not yet lived through."""
    GIFT_LIABILITY = "gift_liability"
    """Liability: gifts paid for and not yet redeemed."""
    TAX = "tax"
    """Liability: tax that readers paid and we owe on."""
    MEMBERSHIP_REVENUE = "membership_revenue"
    """Income: membership lived through."""
    DONATION_REVENUE = "donation_revenue"
    """Income: money given without benefits."""
    FX_CLEARING = "fx_clearing"
    """The bridge between the reader's currency and the one that Stripe settles in."""
    SUSPENSE = "suspense"
    """Money that nothing of ours explains; a person must look until it is empty."""
