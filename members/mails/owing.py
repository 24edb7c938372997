"""What readers are told whose payment failed: what happened, whether money moved, until when, what to do."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _, gettext_lazy

from members.changes.following import user_of
from members.dues.dunning import DAYS, is_left_alone, stage_of
from members.dues.signed_links import card_url
from members.enums import MailKind
from members.mails.cast import Cast
from members.mails.letters import Letter
from members.mails.registry import Context, mail
from members.memberships.access import has_access
from members.memberships.tiers import name_of
from payments.enums import Debt, Purpose
from payments.models import Subscription, UnpaidInvoice
from payments.money import Money

_WHY = gettext_lazy("You get this mail because you pay us regularly, and a payment did not go through.")


@dataclass(frozen=True, slots=True)
class Owed:
    """What is owed, for what, and what becomes of it: days in the newsroom's zone. `what`: the tier's name."""

    money: Money
    what: str
    url: str
    failed_on: date
    day: int
    is_donation: bool = False
    needs_confirmation: bool = False
    keeps_until: date | None = None
    """The last day with access."""
    tries_on: date | None = None

    @property
    def it(self) -> str:
        """ "your membership (Friend)", "your donation"."""
        return (
            _("your donation") if self.is_donation else _("your membership (%(tier)s)") % {"tier": self.what}
        )


@mail(
    MailKind.PAYMENT_FAILED,
    why=_WHY,
    sample=lambda cast: {"letter": failed_letter(_sample(cast, day=7))},
)
def payment_failed(reference: str) -> Context | None:
    """Of an unpaid invoice and the day: nothing once it is settled, or the next day has come."""
    pk, day = reference.split(":")
    invoice = _invoice(pk)
    now = timezone.now()
    if (
        invoice.state != Debt.OPEN
        or is_left_alone(invoice.subscription)
        or stage_of(invoice, now) != int(day)
    ):
        return None
    owed = _owed(invoice, day=int(day))
    is_over = owed.keeps_until is not None and owed.keeps_until < timezone.localdate(now)
    return None if is_over else {"letter": failed_letter(owed)}


@mail(MailKind.MEMBERSHIP_LOST, why=_WHY, sample=lambda cast: {"letter": lost_letter(_sample(cast, day=14))})
def membership_lost(reference: str) -> Context | None:
    """Of an unpaid invoice: nothing if it was paid after all, or if they have access by something else."""
    invoice = _invoice(reference)
    user = user_of(invoice.subscription)
    if invoice.state not in (Debt.OPEN, Debt.LOST) or (user and has_access(user, timezone.localdate())):
        return None
    owed = _owed(invoice, day=DAYS[-1])
    return {"letter": lost_letter(owed, is_payable=invoice.state == Debt.OPEN)}


def failed_letter(owed: Owed) -> Letter:
    """On each of the days."""
    paragraphs = [_what_happened(owed), _access(owed), _to_do(owed), _otherwise(owed)]
    return Letter(
        subject=_subject(owed),
        preheader=_("No money was taken. It takes a minute to put right."),
        heading=_("Please confirm your payment")
        if owed.needs_confirmation
        else _("Your payment did not go through"),
        paragraphs=[text for text in paragraphs if text],
        button=_("Confirm the payment") if owed.needs_confirmation else _("Put in another card"),
        url=owed.url,
        note=_(
            "The link is for you alone, needs no sign-in and works for 30 days. "
            "If you have paid meanwhile, there is nothing to do."
        ),
    )


def _subject(owed: Owed) -> str:
    named = {"name": settings.NEWSROOM_NAME, "day": _day(owed.keeps_until)}
    if owed.day == DAYS[-1] and not owed.is_donation:
        return _("Last notice: your membership of %(name)s ends after %(day)s") % named
    if owed.needs_confirmation:
        return _("Your bank wants you to confirm your payment to %(name)s") % named
    if owed.day == DAYS[0]:
        return _("Your payment to %(name)s did not go through") % named
    if owed.day == DAYS[1] or owed.is_donation:
        return _("Your payment to %(name)s is still open") % named
    return _("Keep your membership of %(name)s: it needs another card") % named


def _what_happened(owed: Owed) -> str:
    named = {"money": owed.money, "it": owed.it, "day": _day(owed.failed_on)}
    if owed.needs_confirmation:
        words = _(
            "Your bank wants you to confirm the payment of %(money)s for %(it)s. Until then no money is taken."
        )
    elif owed.day == DAYS[0]:
        words = _(
            "On %(day)s we tried to take %(money)s for %(it)s, and your bank declined the card. No money was taken."
        )
    else:
        words = _("The payment of %(money)s for %(it)s has been open since %(day)s. No money was taken.")
    return words % named


def _access(owed: Owed) -> str:
    if owed.keeps_until is None:
        return ""
    if owed.day == DAYS[-1]:
        return _("This is our last notice. You have access until the end of %(day)s, and not after that.") % {
            "day": _day(owed.keeps_until)
        }
    return _("Nothing changes for now: you have access until %(day)s.") % {"day": _day(owed.keeps_until)}


def _to_do(owed: Owed) -> str:
    if owed.needs_confirmation:
        return _("Confirm it on the page behind the button, or put in another card there.")
    return _("Often a card has expired, or a limit was reached. Put in another card, and we try it at once.")


def _otherwise(owed: Owed) -> str:
    if owed.tries_on and not owed.needs_confirmation:
        return _("If you do nothing, we try the same card again on %(day)s.") % {"day": _day(owed.tries_on)}
    if owed.day == DAYS[-1]:
        return _("If you do nothing, %(it)s ends, and nothing more is charged.") % {"it": owed.it}
    return ""


def lost_letter(owed: Owed, *, is_payable: bool = False) -> Letter:
    """Once, when it is over: how to come back. `is_payable`: by paying what is still open."""
    named = {"money": owed.money, "it": owed.it, "name": settings.NEWSROOM_NAME}
    page = "donate" if owed.is_donation else "join"
    return Letter(
        subject=(
            _("Your donation to %(name)s has ended")
            if owed.is_donation
            else _("Your membership of %(name)s has ended")
        )
        % named,
        preheader=_("No money was taken. You are welcome back any time."),
        heading=_("It has ended"),
        paragraphs=[
            _("The payment of %(money)s for %(it)s could not be made, so it has ended. No money was taken.")
            % named,
            _("Pay what is open, and it goes on where it was.")
            if is_payable
            else _("Nothing more is charged. You are welcome back any time: it takes a minute."),
            _("Thank you for what you have made possible."),
        ],
        button=_("Pay and go on") if is_payable else _("Come back"),
        url=owed.url if is_payable else settings.SITE_URL + reverse(page),
    )


def _invoice(pk: str) -> UnpaidInvoice:
    found = UnpaidInvoice.objects.select_related("subscription__checkout", "subscription__customer")
    return found.get(pk=pk)


def _owed(invoice: UnpaidInvoice, *, day: int) -> Owed:
    subscription = invoice.subscription
    is_donation = subscription.checkout.purpose == Purpose.CONTRIBUTION
    return Owed(
        money=invoice.money,
        what=name_of(subscription),
        url=card_url(subscription),
        failed_on=timezone.localdate(invoice.failed_at),
        day=day,
        is_donation=is_donation,
        needs_confirmation=invoice.needs_confirmation,
        keeps_until=None if is_donation else invoice.last_day_of_grace,
        tries_on=_local(invoice.next_attempt_at),
    )


def _sample(cast: Cast, *, day: int) -> Owed:
    return Owed(
        money=cast.money,
        what=cast.tier.name,
        url=card_url(Subscription(pk=1)),
        failed_on=cast.today - timedelta(days=day),
        day=day,
        keeps_until=cast.today + timedelta(days=7),
        tries_on=cast.today + timedelta(days=1),
    )


def _local(instant: datetime | None) -> date | None:
    return timezone.localdate(instant) if instant else None


def _day(day: date | None) -> str:
    return date_format(day) if day else ""
