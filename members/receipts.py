"""What a reader has paid and got back, as receipts and as a year in one sheet. Days are the newsroom's."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _, ngettext

from members.models import Gift, Membership
from members.periods import day_of
from payments.enums import Purpose, RefundStatus
from payments.models import Dispute, Payment
from payments.money import Money

if TYPE_CHECKING:
    from members.models import User

_ON_ITS_WAY = (RefundStatus.PENDING, RefundStatus.REQUIRES_ACTION, RefundStatus.SUCCEEDED)


@dataclass(frozen=True, slots=True)
class Line:
    """Money that went one way on a day: `amount` is below zero where it came back to the reader."""

    at: datetime
    what: str
    money: Money
    payment: Payment

    @property
    def on(self) -> date:
        return day_of(self.at)


@dataclass(frozen=True, slots=True)
class Part:
    """Lines of one kind, and what they come to in each currency, in order of the codes."""

    lines: list[Line]

    @property
    def totals(self) -> list[Money]:
        return totals_of(self.lines)


@dataclass(frozen=True, slots=True)
class Statement:
    """A calendar year: what was paid for memberships and gifts, and what was given without anything in return."""

    year: int
    bought: Part
    given: Part


def payments_of(user: "User") -> QuerySet[Payment]:
    """The reader's payments, latest first, with all that their receipts tell."""
    found = Payment.objects.filter(user=user).select_related("checkout", "membership__tier", "gift__tier")
    return found.prefetch_related("refunds", "disputes").order_by("-paid_at", "-pk")


def lines_of(payment: Payment) -> list[Line]:
    """The payment, and what of it went back since, oldest first."""
    paid = Line(payment.paid_at, what_was_paid(payment), payment.money, payment)
    return [paid, *sorted(_returns(payment), key=lambda line: line.at)]


def totals_of(lines: Iterable[Line]) -> list[Money]:
    """What the lines come to in each currency, in order of the codes."""
    sums: dict[str, int] = defaultdict(int)
    for line in lines:
        sums[line.money.currency] += line.money.amount
    return [Money(amount, currency) for currency, amount in sorted(sums.items())]


def years_of(payments: Iterable[Payment]) -> list[int]:
    """The years that money moved in, latest first."""
    return sorted({line.on.year for payment in payments for line in lines_of(payment)}, reverse=True)


def statement(payments: Iterable[Payment], year: int) -> Statement:
    """What of the payments, and of what went back of them, lies in the year, oldest first."""
    lines = sorted((line for payment in payments for line in lines_of(payment)), key=lambda line: line.at)
    within = [line for line in lines if line.on.year == year]
    return Statement(
        year=year,
        bought=Part([line for line in within if line.payment.purpose in _WITH_BENEFITS]),
        given=Part([line for line in within if line.payment.purpose not in _WITH_BENEFITS]),
    )


_WITH_BENEFITS = (Purpose.MEMBERSHIP, Purpose.GIFT)


def what_was_paid(payment: Payment) -> str:
    """In words: "Lantern member, 3 March 2027 to 3 April 2027"."""
    membership: Membership | None = getattr(payment, "membership", None)
    gift: Gift | None = getattr(payment, "gift", None)
    if membership:
        return _("%(tier)s, %(start)s to %(end)s") % {
            "tier": membership.tier,
            "start": date_format(membership.starts_on),
            "end": date_format(membership.ends_on),
        }
    if gift:
        words = ngettext(
            "Gift: %(months)s month of %(tier)s", "Gift: %(months)s months of %(tier)s", gift.months
        )
        return words % {"months": gift.months, "tier": gift.tier}
    return payment.checkout.description


def _returns(payment: Payment) -> Iterator[Line]:
    for refund in payment.refunds.all():
        if refund.status in _ON_ITS_WAY:
            yield Line(refund.refunded_at, _("Refund"), Money(-refund.amount, refund.currency), payment)
    for dispute in payment.disputes.all():
        if dispute.status == Dispute.LOST:
            back = Money(-dispute.amount, dispute.currency)
            yield Line(dispute.opened_at, _("Taken back by your bank"), back, payment)
