"""Mails about a card, and about a payment that is near. Nobody owes anything yet."""

from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _, gettext_lazy

from members.dues.notices import is_card_needed, is_renewal_near
from members.dues.signed_links import card_url
from members.enums import MailKind
from members.mails.cast import Cast
from members.mails.letters import Letter
from members.mails.registry import Context, mail
from payments.enums import Interval, Purpose
from payments.models import Checkout, Subscription

_WHY = gettext_lazy("You get this mail because you pay us regularly.")


def _sample(cast: Cast) -> Subscription:
    return Subscription(
        pk=1,
        checkout=Checkout(purpose=Purpose.MEMBERSHIP, description=cast.tier.name),
        amount=cast.money.amount,
        currency=cast.money.currency,
        interval=Interval.YEAR,
        current_period_end=cast.now + timedelta(days=7),
        card_expires_on=cast.today,
    )


@mail(MailKind.CARD_LINK, why=_WHY, sample=lambda cast: {"letter": link_letter(_sample(cast))})
def card_link(reference: str) -> Context:
    """Of a subscription and the hour in which its reader asked for the link."""
    return {"letter": link_letter(_subscription(reference))}


@mail(MailKind.CARD_EXPIRING, why=_WHY, sample=lambda cast: {"letter": expiring_letter(_sample(cast))})
def card_expiring(reference: str) -> Context | None:
    """Of a subscription and the day on which its card is no longer good: nothing once it has another."""
    subscription = _subscription(reference)
    is_same = str(subscription.card_expires_on) == reference.partition(":")[2]
    return {"letter": expiring_letter(subscription)} if is_same and is_card_needed(subscription) else None


@mail(MailKind.RENEWAL_AHEAD, why=_WHY, sample=lambda cast: {"letter": renewal_letter(_sample(cast))})
def renewal_ahead(reference: str) -> Context | None:
    """Of a subscription and the day of its payment: nothing if its reader has left or rests meanwhile."""
    subscription = _subscription(reference)
    is_same = str(timezone.localdate(subscription.current_period_end)) == reference.partition(":")[2]
    return {"letter": renewal_letter(subscription)} if is_same and is_renewal_near(subscription) else None


def link_letter(subscription: Subscription) -> Letter:
    return Letter(
        subject=_("Your link to %(name)s’s card page") % {"name": settings.NEWSROOM_NAME},
        preheader=_("It needs no sign-in and works for 30 days."),
        heading=_("Put in another card"),
        paragraphs=[
            _("Here is a new link to the page on which you see what is open, and can put in another card."),
            _("If you did not ask for it, there is nothing to do. No money was taken."),
        ],
        button=_("Open the card page"),
        url=card_url(subscription),
        note=_("The link is for you alone, needs no sign-in and works for 30 days."),
    )


def expiring_letter(subscription: Subscription) -> Letter:
    named = _named(subscription)
    return Letter(
        subject=_("Your card for %(name)s expires soon") % named,
        preheader=_("Put in another card, and everything goes on as it is."),
        heading=_("Your card expires soon"),
        paragraphs=[
            _("The card that pays for %(it)s is good until the end of %(month)s.") % named,
            _("The next payment of %(money)s is on %(day)s, after that. No money is taken before.") % named,
            _(
                "Put in another card, and everything goes on as it is. If your bank tells us of a new one by then, "
                "there is nothing to do."
            ),
        ],
        button=_("Put in another card"),
        url=card_url(subscription),
        note=_("The link is for you alone, needs no sign-in and works for 30 days."),
    )


def renewal_letter(subscription: Subscription) -> Letter:
    named = _named(subscription)
    return Letter(
        subject=_("%(money)s to %(name)s on %(day)s") % named,
        preheader=_("Your yearly payment is near. To change or cancel it takes two clicks."),
        heading=_("Your yearly payment is near"),
        paragraphs=[
            _("On %(day)s we take %(money)s for the next year of %(it)s.") % named,
            _("If that is fine, there is nothing to do, and thank you."),
            _(
                "To pay less, pause or cancel before that, go to your account and choose what you want: two clicks, "
                "and nothing is charged."
            ),
        ],
        button=_("Go to your account"),
        url=settings.SITE_URL + reverse("account"),
    )


def _named(subscription: Subscription) -> dict[str, object]:
    is_donation = subscription.checkout.purpose == Purpose.CONTRIBUTION
    named = {"tier": subscription.checkout.description}
    expires_on = subscription.card_expires_on
    return {
        "name": settings.NEWSROOM_NAME,
        "it": _("your donation") if is_donation else _("your membership (%(tier)s)") % named,
        "money": subscription.money,
        "day": _day(subscription.current_period_end),
        "month": date_format(expires_on - timedelta(days=1), "F Y") if expires_on else "",
    }


def _subscription(reference: str) -> Subscription:
    pk = reference.partition(":")[0]
    return Subscription.objects.select_related("checkout", "customer").get(pk=pk)


def _day(instant: datetime) -> str:
    return date_format(timezone.localdate(instant))
