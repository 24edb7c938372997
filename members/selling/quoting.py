"""What a reader will be charged, and when: one answer for the page that says it, and the checkout that does it."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _, ngettext

from members.models import IntroductoryOffer, Plan
from members.periods import add_months
from members.selling.publishing import offer_on
from payments.catalogue import Stock
from payments.enums import Interval
from payments.fees import fee_cover
from payments.money import Money


@dataclass(frozen=True, slots=True)
class Quote:
    """`chosen` is what the newsroom shall have of each charge, `fee` what is added for the card's fee.

    `offer` or `trial_days` make the first charges less; never both.
    """

    plan: Plan
    chosen: Money
    fee: Money | None = None
    offer: IntroductoryOffer | None = None
    trial_days: int = 0

    @property
    def amount(self) -> Money:
        """What each charge takes in the end."""
        return Money(self.chosen.amount + (self.fee.amount if self.fee else 0), self.chosen.currency)

    @property
    def first(self) -> Money:
        """What is taken today."""
        if self.trial_days:
            return Money(0, self.chosen.currency)
        off = self.plan.amount - self.offer.amount if self.offer else 0
        return Money(self.amount.amount - off, self.chosen.currency)

    @property
    def is_plain(self) -> bool:
        """The first charge is as all others."""
        return not self.offer and not self.trial_days

    @property
    def is_plans_own(self) -> bool:
        """It is the plan's own price, as it stands in the catalogue."""
        return self.amount == self.plan.price

    def full_from(self, today: date) -> date:
        """When the whole amount is charged first; of a plain one, when it is charged next."""
        if self.trial_days:
            return today + timedelta(days=self.trial_days)
        months = 12 if self.plan.interval == Interval.YEAR else 1
        return add_months(today, months * (self.offer.periods if self.offer else 1))


def quote(
    plan: Plan, chosen: int, *, covers_fee: bool = False, stock: Stock, is_newcomer: bool = True
) -> Quote:
    """`chosen`: minor units, at least the plan's. Only newcomers get trials, and, at the plan's own price, offers."""
    money = Money(chosen, plan.currency)
    fee = fee_cover(money) if covers_fee else None
    trial_days = plan.trial_days if is_newcomer else 0
    is_offered = is_newcomer and not trial_days and chosen == plan.amount
    return Quote(plan, money, fee, offer_on(plan, stock) if is_offered else None, trial_days)


def in_words(quoted: Quote, today: date) -> str:
    """What will be charged and when, in a sentence or two."""
    is_year = quoted.plan.interval == Interval.YEAR
    facts = {
        "first": quoted.first,
        "amount": quoted.amount,
        "day": date_format(quoted.full_from(today), "DATE_FORMAT"),
        "days": quoted.trial_days,
        "periods": quoted.offer.periods if quoted.offer else 1,
    }
    return str(_sentence(quoted, is_year) % facts)


def _sentence(quoted: Quote, is_year: bool) -> str:
    if quoted.trial_days:
        return f"{_beginning_of_trial(quoted.trial_days)} {_end_of_trial(is_year)}"
    if quoted.offer:
        return f"{_beginning_of_offer(quoted.offer.periods, is_year)} {_end_of_offer(is_year)}"
    if is_year:
        return _("%(amount)s today, then %(amount)s each year from %(day)s. Cancel any time.")
    return _("%(amount)s today, then %(amount)s each month from %(day)s. Cancel any time.")


def _beginning_of_trial(days: int) -> str:
    return ngettext(
        "Nothing today: the first day is free.", "Nothing today: the first %(days)s days are free.", days
    )


def _end_of_trial(is_year: bool) -> str:
    if is_year:
        return _("Then %(amount)s each year from %(day)s. Cancel before, and you pay nothing.")
    return _("Then %(amount)s each month from %(day)s. Cancel before, and you pay nothing.")


def _beginning_of_offer(periods: int, is_year: bool) -> str:
    if is_year:
        return ngettext(
            "%(first)s today for the first year.",
            "%(first)s today and each year for %(periods)s years.",
            periods,
        )
    return ngettext(
        "%(first)s today for the first month.",
        "%(first)s today and each month for %(periods)s months.",
        periods,
    )


def _end_of_offer(is_year: bool) -> str:
    if is_year:
        return _("Then %(amount)s each year from %(day)s. Cancel any time.")
    return _("Then %(amount)s each month from %(day)s. Cancel any time.")
