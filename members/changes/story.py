"""What became of a membership, in sentences: the same rows that staff read, told to whom they are about."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _, gettext_noop

from members.enums import ActorKind, ChangeKind
from members.models import MembershipChange
from members.periods import day_of
from payments.enums import Interval
from payments.money import Money


@dataclass(frozen=True, slots=True)
class Told:
    """`who` is empty where nobody in particular did it, `why` where no words were left."""

    on: date
    what: str
    who: str
    why: str


def tell(change: MembershipChange) -> Told:
    """A change that is done, for the reader whose membership it is."""
    sentence = _SENTENCES.get(ChangeKind(change.kind), _plain)
    return Told(
        on=day_of(change.done_at or change.asked_at),
        what=sentence(change),
        who=_who(change),
        why=change.reason,
    )


def price(money: Money, interval: str) -> str:
    """ "€10 a month"."""
    words = _("%(amount)s a year") if interval == Interval.YEAR else _("%(amount)s a month")
    return words % {"amount": money}


def _who(change: MembershipChange) -> str:
    match change.actor_kind:
        case ActorKind.READER:
            return _("by you") if change.actor_id == change.user_id else _("by another reader")
        case ActorKind.STAFF:
            return _("by the newsroom")
        case ActorKind.STRIPE:
            return _("at Stripe")
    return ""


def _plain(change: MembershipChange) -> str:
    return change.get_kind_display()


def _joined(change: MembershipChange) -> str:
    return _("You joined: %(tier)s.") % {"tier": _tier(change)}


def _trial_started(change: MembershipChange) -> str:
    return _("Your trial began: %(tier)s.") % {"tier": _tier(change)}


def _renewed(change: MembershipChange) -> str:
    if change.membership is None:
        return _("Renewed.")
    return _("Renewed until %(day)s.") % {"day": date_format(change.membership.ends_on)}


def _switched(change: MembershipChange) -> str:
    words = {"before": terms_in_words(change.before), "after": terms_in_words(change.after)}
    return _("Changed from %(before)s to %(after)s.") % words


def _paused(change: MembershipChange) -> str:
    until = day_in(change.after, "until")
    return _("Paused until %(day)s.") % {"day": until} if until else _("Paused.")


def _resumed(_change: MembershipChange) -> str:
    return _("Resumed.")


def _cancelled(change: MembershipChange) -> str:
    ends = day_in(change.after, "ends_at")
    return _("Cancelled, as of %(day)s.") % {"day": ends} if ends else _("Cancelled.")


def _kept(_change: MembershipChange) -> str:
    return _("Cancellation undone.")


def _ended(change: MembershipChange) -> str:
    if change.reason_code == "payment_failed":
        return _("Ended because payments failed. Nothing more is charged.")
    return _("Ended. Nothing more is charged.")


def _payment_failed(change: MembershipChange) -> str:
    return _("A payment of %(money)s failed. No money was taken.") % {"money": _money(change)}


def _recovered(change: MembershipChange) -> str:
    return _("The payment of %(money)s was made after all.") % {"money": _money(change)}


def _card_changed(change: MembershipChange) -> str:
    brand, last4 = change.after.get("brand", ""), change.after.get("last4", "")
    return _("Card changed to %(brand)s ending in %(last4)s.") % {"brand": brand.title(), "last4": last4}


def _said(sentence: str) -> Callable[[MembershipChange], str]:
    """A sentence in which nothing changes."""
    return lambda _change: _(sentence)


def _redeemed(change: MembershipChange) -> str:
    return _("You opened a gift: %(tier)s.") % {"tier": _tier(change)}


def _granted(change: MembershipChange) -> str:
    return _("You were given a membership: %(tier)s.") % {"tier": _tier(change)}


def _moved(change: MembershipChange) -> str:
    if not change.after.get("email"):
        return _("A purchase was moved to whom it belongs to.")
    return _("We put right the address that you paid with: it was %(email)s.") % {
        "email": change.before.get("email", "")
    }


def _readdressed(change: MembershipChange) -> str:
    return _("You changed your address from %(email)s.") % {"email": change.before.get("email", "")}


_SENTENCES: Mapping[ChangeKind, Callable[[MembershipChange], str]] = {
    ChangeKind.JOINED: _joined,
    ChangeKind.TRIAL_STARTED: _trial_started,
    ChangeKind.RENEWED: _renewed,
    ChangeKind.SWITCHED: _switched,
    ChangeKind.PAUSED: _paused,
    ChangeKind.RESUMED: _resumed,
    ChangeKind.CANCELLED: _cancelled,
    ChangeKind.KEPT: _kept,
    ChangeKind.ENDED: _ended,
    ChangeKind.PAYMENT_FAILED: _payment_failed,
    ChangeKind.RECOVERED: _recovered,
    ChangeKind.CARD_CHANGED: _card_changed,
    ChangeKind.REFUNDED: _said(gettext_noop("Your money was given back. What it paid for is over.")),
    ChangeKind.REFUND_UNDONE: _said(
        gettext_noop("Your bank did not take our refund. You have what you paid for, as before.")
    ),
    ChangeKind.DISPUTED: _said(gettext_noop("Your bank asked for a payment back, and is deciding.")),
    ChangeKind.DISPUTE_WON: _said(gettext_noop("Your bank left the payment with us. Nothing changes.")),
    ChangeKind.DISPUTE_LOST: _said(
        gettext_noop("Your bank took the payment back. What it paid for is over.")
    ),
    ChangeKind.REDEEMED: _redeemed,
    ChangeKind.GRANTED: _granted,
    ChangeKind.MOVED: _moved,
    ChangeKind.READDRESSED: _readdressed,
}


def _tier(change: MembershipChange) -> str:
    return str(change.membership.tier) if change.membership else _("membership")


def _money(change: MembershipChange) -> Money:
    return Money(change.after["amount"], change.after["currency"])


def terms_in_words(told: Mapping[str, Any]) -> str:
    """ "Lantern member, €10 a month", as far as it was kept."""
    if "amount" not in told:
        return str(told.get("tier", ""))
    costs = price(Money(told["amount"], told["currency"]), told["interval"])
    return f"{told['tier']}, {costs}" if told.get("tier") else costs


def day_in(told: Mapping[str, Any], name: str) -> str:
    """The day that is kept under the name; empty if none is."""
    instant: datetime | None = parse_datetime(str(told.get(name) or ""))
    return date_format(day_of(instant)) if instant else ""
