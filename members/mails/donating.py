from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from members.contributions.reminder_links import url_for
from members.enums import Dedication, MailKind
from members.mails.cast import Cast
from members.mails.registry import Context, mail
from members.models import Contribution, ContributionReminder
from members.periods import day_of
from payments.models import Checkout
from payments.money import Money


def _sample(cast: Cast) -> Contribution:
    return Contribution(
        pk=1,
        email=cast.email,
        amount=cast.money.amount,
        currency=cast.money.currency,
        dedication=Dedication.MEMORY,
        honoree_name=cast.friend,
        notify_name=cast.reader,
        message=cast.message,
        checkout=Checkout(),
        paid_at=cast.now,
    )


def _sample_receipt(cast: Cast) -> Context:
    return _about(_sample(cast))


@mail(
    MailKind.DONATION_RECEIVED,
    why=_("You get this mail because you gave a donation."),
    sample=_sample_receipt,
)
def donation_received(reference: str) -> Context:
    """Of a donation: what its first payment took, and when."""
    return _about(_donation(reference))


def _sample_dedication(cast: Cast) -> Context:
    return {"contribution": _sample(cast)}


@mail(
    MailKind.DEDICATION,
    why=_("You get this mail because a donor asked us to tell you, once. We do not keep writing to you."),
    sample=_sample_dedication,
)
def dedication(reference: str) -> Context | None:
    """Of a donation: for whoever should hear of it. How much was given stays between the donor and us."""
    found = Contribution.objects.held().filter(pk=reference).first()
    return {"contribution": found} if found else None


def _sample_reminder(cast: Cast) -> Context:
    return _asking_again(ContributionReminder(pk=1, contribution=_sample(cast), due_on=cast.today))


@mail(
    MailKind.DONATION_REMINDER,
    why=_("You get this mail because you asked us to remind you, when you gave a donation."),
    sample=_sample_reminder,
)
def donation_reminder(reference: str) -> Context | None:
    """Of a reminder."""
    found = ContributionReminder.objects.select_related("contribution").filter(pk=reference).first()
    return _asking_again(found) if found else None


def _donation(reference: str) -> Contribution:
    return Contribution.objects.select_related("checkout").get(pk=reference)


def _about(contribution: Contribution) -> dict[str, Any]:
    thanks_url = settings.SITE_URL + reverse("thanks", args=[contribution.checkout.reference])
    account_url = settings.SITE_URL + reverse("my_contributions")
    facts = _facts(contribution)
    return {
        "contribution": contribution,
        "facts": facts,
        "thanks_url": thanks_url,
        "account_url": account_url,
    }


def _facts(contribution: Contribution) -> list[tuple[str, str]]:
    """What a tax office asks of a receipt."""
    paid_on = contribution.paid_at and date_format(day_of(contribution.paid_at), "DATE_FORMAT")
    newsroom = ", ".join(each for each in (settings.NEWSROOM_NAME, settings.NEWSROOM_ADDRESS) if each)
    facts = [
        (_("Donation"), contribution.total),
        (_("Of which to cover the fee"), Money(contribution.fee_cover, contribution.currency)),
        (_("Received on"), paid_on),
        (_("How often"), contribution.get_interval_display()),
        (_("Given by"), contribution.email),
        (_("Received by"), newsroom),
        (_("Number"), contribution.checkout.reference),
    ]
    return [(str(name), str(value)) for name, value in facts if value != Money(0, contribution.currency)]


def _asking_again(reminder: ContributionReminder) -> dict[str, Any]:
    return {
        "contribution": reminder.contribution,
        "donate_url": settings.SITE_URL + reverse("donate"),
        "unsubscribe_url": url_for(reminder.contribution),
    }
