from django.db import models
from django.utils.translation import gettext_lazy as _


class Purpose(models.TextChoices):
    """What a payment buys; each has exactly one fulfilling function."""

    MEMBERSHIP = "membership"
    GIFT = "gift"


class Interval(models.TextChoices):
    """How often a subscription charges."""

    MONTH = "month"
    YEAR = "year"


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


class EventState(models.TextChoices):
    PENDING = "pending"
    DONE = "done"
    PARKED = "parked"
    """Failed too often; waits for a person."""


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
    QUARANTINED = "quarantined", _("A payment does not fit what we asked for")
    PAID_TWICE = "paid_twice", _("Somebody paid twice")
    BOOKS_DIFFER = "books_differ", _("The books do not agree")
    FEED_STALE = "feed_stale", _("Stripe has not been heard for too long")


class EntryKind(models.TextChoices):
    """The ledger's dictionary: what a fact of money is."""

    PAYMENT = "payment"
    """A reader's money arrived at Stripe, less Stripe's fee."""
    GIFT_REDEEMED = "gift_redeemed"
    """A gift became a membership: what we owed a giver we now owe a member."""


class Account(models.TextChoices):
    """The ledger's accounts. Debits are positive, credits negative."""

    STRIPE_BALANCE = "stripe_balance"
    """Asset: money that Stripe holds for us."""
    STRIPE_FEES = "stripe_fees"
    """Expense: what Stripe kept."""
    DEFERRED_MEMBERSHIP = "deferred_membership"
    """Liability: membership paid for and not yet lived through."""
    GIFT_LIABILITY = "gift_liability"
    """Liability: gifts paid for and not yet redeemed."""
    FX_CLEARING = "fx_clearing"
    """The bridge between the reader's currency and the one that Stripe settles in."""
