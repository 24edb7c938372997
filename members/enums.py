from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


class Origin(models.TextChoices):
    """What a membership came from."""

    PAID = "paid", _("Paid")
    GIFT = "gift", _("Gift")
    COMP = "comp", _("Complimentary")
    IMPORT = "import", _("Brought over")
    TRIAL = "trial", _("Trial")


class ChangeKind(models.TextChoices):
    """What can become of a membership, and of the subscription that renews it."""

    JOINED = "joined", _("Joined")
    TRIAL_STARTED = "trial_started", _("Trial started")
    RENEWED = "renewed", _("Renewed")
    SWITCHED = "switched", _("Changed")
    """Another tier, interval or amount."""
    PAUSED = "paused", _("Paused")
    RESUMED = "resumed", _("Resumed")
    CANCELLED = "cancelled", _("Cancelled")
    """Will end with what was paid for, or ended at once."""
    KEPT = "kept", _("Cancellation undone")
    ENDED = "ended", _("Ended")
    """The subscription is over: nothing is charged any more."""
    PAYMENT_FAILED = "payment_failed", _("A payment failed")
    RECOVERED = "recovered", _("A failed payment was made good")
    CARD_CHANGED = "card_changed", _("Card changed")
    REFUNDED = "refunded", _("Refunded")
    DISPUTED = "disputed", _("Payment disputed")
    DISPUTE_WON = "dispute_won", _("Dispute decided for us")
    DISPUTE_LOST = "dispute_lost", _("Dispute decided for the reader")
    REFUND_UNDONE = "refund_undone", _("Refund came back to us")
    REDEEMED = "redeemed", _("Gift redeemed")
    GRANTED = "granted", _("Granted by the newsroom")
    IMPORTED = "imported", _("Brought over")
    ENDED_EARLY = "ended_early", _("Ended early by the newsroom")
    MOVED = "moved", _("Moved to another account")
    READDRESSED = "readdressed", _("Address changed")


class Find(models.TextChoices):
    """Those of the members whom staff want to see."""

    ACTIVE = "active", _("Active")
    TRIAL = "trial", _("On trial")
    GIFTED = "gifted", _("By a gift")
    COMPED = "comped", _("Complimentary")
    IMPORTED = "imported", _("Brought over")
    PAST_DUE = "past_due", _("Payment failed")
    ENDED = "ended", _("Ended")


class ImportFormat(models.TextChoices):
    """Whose export a file of members is."""

    GHOST = "ghost", _("Ghost")
    PATREON = "patreon", _("Patreon")
    GROUNDSWELL = "groundswell", _("Groundswell")


class LineOutcome(models.TextChoices):
    """What a line of such a file comes to."""

    MEMBER = "member", _("Membership")
    THERE = "there", _("Already there")
    READER = "reader", _("Account only")
    SKIPPED = "skipped", _("Left out")


class ActorKind(models.TextChoices):
    """Who brought a change about."""

    READER = "reader", _("Reader")
    STAFF = "staff", _("Newsroom")
    STRIPE = "stripe", _("Stripe")
    """By itself, or by somebody in its dashboard."""
    SYSTEM = "system", _("Automatically")


class Dedication(models.TextChoices):
    """Why somebody gives in another's name."""

    NONE = "", _("No dedication")
    HONOUR = "honour", _("In honour of somebody")
    MEMORY = "memory", _("In memory of somebody")


class ReminderChoice(models.TextChoices):
    """When somebody who gave once wants to be asked again."""

    NONE = "", _("Do not remind me")
    IN_3_MONTHS = "months_3", _("In three months")
    IN_6_MONTHS = "months_6", _("In six months")
    IN_9_MONTHS = "months_9", _("In nine months")
    MONTHLY = "monthly", _("Next month, and once more the month after")


class Verdict(models.TextChoices):
    """What staff decided about what a reader wrote."""

    WAITING = "waiting", _("Waiting")
    APPROVED = "approved", _("Approved")
    REFUSED = "refused", _("Not shown")


class MailKind(models.TextChoices):
    """Each mail that we owe; with its reference it is sent once. `docs/mails.md` tells how one is added."""

    WELCOME = "welcome", _("Welcome to a new member")
    GIFT_READY = "gift_ready", _("A gift and its link, for the giver")
    GIFT_REDEEMED = "gift_redeemed", _("A gift has been opened")
    PAID_TWICE = "paid_twice", _("Somebody paid twice")
    SWITCHED = "switched", _("A membership has been changed")
    PAUSED = "paused", _("A membership is paused")
    RESUMED = "resumed", _("A membership goes on after a pause")
    CANCELLED = "cancelled", _("A membership is cancelled")
    KEPT = "kept", _("A cancellation is undone")
    COME_BACK = "come_back", _("Asks once whether somebody would come back, as they wanted")
    COMP_GRANTED = "comp_granted", _("A complimentary membership")
    DONATION_RECEIVED = "donation_received", _("A donation has arrived, for the donor")
    DEDICATION = "dedication", _("A donation in honour or memory of somebody")
    DONATION_REMINDER = "donation_reminder", _("A donor asked to be reminded")
    NEWSLETTER_CONFIRM = "newsletter_confirm", _("Somebody asked for newsletters")
    PAYMENT_FAILED = "payment_failed", _("A payment failed, on days 0, 3, 7 and 14")
    MEMBERSHIP_LOST = "membership_lost", _("Ended, because payments failed")
    CARD_LINK = "card_link", _("A link to put in another card")
    CARD_EXPIRING = "card_expiring", _("A card expires before it is needed again")
    RENEWAL_AHEAD = "renewal_ahead", _("A yearly payment is near")
    ADDRESS_CHANGED = "address_changed", _("An account has another address, for the old one")
    PURCHASE_MOVED = "purchase_moved", _("A mistyped address was put right")
    ERASED = "erased", _("Somebody was erased, and is told")


def mail_kinds() -> list[tuple[str, Any]]:
    """As choices of a field that needs no migration when a kind is added."""
    return MailKind.choices


class BounceKind(models.TextChoices):
    """How a mail failed to arrive, or to please."""

    HARD = "hard", _("No such address")
    SOFT = "soft", _("Not now")
    COMPLAINT = "complaint", _("Called spam")


class Unsent(models.TextChoices):
    """Why a mail that was owed is done without having been sent."""

    OBSOLETE = "obsolete", _("No longer true when its turn came")
    UNDELIVERABLE = "undeliverable", _("Mail to the address comes back")
