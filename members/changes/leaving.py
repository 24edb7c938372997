"""Why readers go, and the one thing that might serve them better. Giving a reason is up to them."""

from dataclasses import dataclass
from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _

from members.changes.choices import Choice, cheaper, choices_for, yearly
from members.changes.offering import Action
from members.memberships.enrolments import Enrolment


class Reason(models.TextChoices):
    EXPENSIVE = "too_expensive", _("It costs too much")
    TIGHT = "tight", _("Money is tight just now")
    NOT_USED = "not_used", _("I do not find the time to read")
    BREAK = "break", _("I need a break from the news")
    CONTENT = "content", _("I am not happy with the reporting")
    ELSEWHERE = "elsewhere", _("I support other journalism instead")
    TECHNICAL = "technical", _("Something did not work")
    OTHER = "other", _("Another reason")


class OfferKind(StrEnum):
    LESS = "less"
    YEARLY = "yearly"
    PAUSE = "pause"
    REMIND = "remind"
    """Going now, and being written to once later."""


@dataclass(frozen=True, slots=True)
class Offer:
    """`choice`: of LESS and YEARLY, what it would be changed to."""

    kind: OfferKind
    choice: Choice | None = None


def offer_for(enrolment: Enrolment, reason: str) -> Offer | None:
    """The one offer that matches the reason; None if nothing would serve better than going."""
    match reason:
        case Reason.EXPENSIVE:
            return _less(enrolment)
        case Reason.TIGHT | Reason.NOT_USED | Reason.BREAK if Action.PAUSE in enrolment.may:
            return Offer(OfferKind.PAUSE)
        case Reason.ELSEWHERE:
            return Offer(OfferKind.REMIND)
    return None


def _less(enrolment: Enrolment) -> Offer | None:
    if Action.SWITCH not in enrolment.may:
        return None
    choices = choices_for(enrolment.subscription, enrolment.tier)
    if less := cheaper(enrolment.subscription, choices):
        return Offer(OfferKind.LESS, less)
    year = yearly(enrolment.subscription, enrolment.tier, choices)
    return Offer(OfferKind.YEARLY, year) if year else None
