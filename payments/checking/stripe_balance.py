"""Does Stripe hold what our books say it holds? If not: which movement is it?"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet, Sum
from django.utils import timezone

from payments.checking.findings import Found, book_check
from payments.checking.ledger import unposted
from payments.enums import Account
from payments.gateway import listing
from payments.gateway.facts import TransactionFacts
from payments.models import Posting
from payments.money import Money

ON_ITS_WAY = timedelta(minutes=15)
"""An event may take so long until we have recorded what it tells."""
SEARCHED = timedelta(days=31)
_TRIES = 3

Sums = dict[str, int]


@dataclass(frozen=True, slots=True)
class Difference:
    """A movement of which Stripe has `amount` more than our books, in minor units."""

    source: str
    currency: str
    amount: int
    why: str


@book_check("balance_differs", asks_stripe=True)
def balance_differs() -> Found:
    """What Stripe holds for us and our books do not, or the other way round, save for what is on its way.

    Of movements that we know of and have not posted, the checks of the ledger tell.
    """
    off = _difference()
    for _ in range(_TRIES - 1):
        if not off:
            return
        # Money that moved between two readings is no difference: one that stays is.
        again = _difference()
        off = {currency: amount for currency, amount in off.items() if again.get(currency) == amount}
    told_elsewhere = set(unposted().values_list("stripe_id", flat=True))
    for found in _named(off):
        off[found.currency] -= found.amount
        if found.source not in told_elsewhere:
            yield found.source, found.why
    for currency, amount in off.items():
        if amount:
            say = f"Stripe holds {Money(amount, currency)} more than our books say (negative: less)"
            yield currency, f"{say}, and no movement of the last {SEARCHED.days} days explains it"


def _difference() -> Sums:
    told, now = listing.balance(), timezone.now()
    ours = _held_by_our_books()
    off = {currency: told.get(currency, 0) - ours.get(currency, 0) for currency in told.keys() | ours.keys()}
    if not any(off.values()):
        return {}
    for movement in _unknown(now - ON_ITS_WAY, now):
        off[movement.currency] = off.get(movement.currency, 0) - movement.net
    return {currency: amount for currency, amount in off.items() if amount}


def _held_by_our_books() -> Sums:
    return dict(_posted().values_list("currency").annotate(Sum("amount")))


def _unknown(start: datetime, end: datetime) -> Iterator[TransactionFacts]:
    for movement, ours in _compared(start, end):
        if ours is None:
            yield movement


def _compared(start: datetime, end: datetime) -> Iterator[tuple[TransactionFacts, int | None]]:
    """Each of Stripe's movements, with what our ledger has for it on the account of Stripe's balance."""
    listed = [each.transaction for each in listing.transactions(start, end + timedelta(seconds=1))]
    for first in range(0, len(listed), 500):
        chunk = listed[first : first + 500]
        posted = _posted().filter(entry__source__in=[each.stripe_id for each in chunk])
        known = dict(posted.values_list("entry__source").annotate(Sum("amount")))
        for movement in chunk:
            yield movement, known.get(movement.stripe_id)


def _named(off: Sums) -> list[Difference]:
    """The movements of the last weeks that make the differences, as far as they can be told."""
    now = timezone.now()
    found: list[Difference] = []
    theirs: set[str] = set()
    for movement, ours in _compared(now - SEARCHED, now):
        theirs.add(movement.stripe_id)
        amount = movement.net - (ours or 0)
        is_on_its_way = ours is None and movement.created_at >= now - ON_ITS_WAY
        if amount and movement.currency in off and not is_on_its_way:
            say = "is not in our books" if ours is None else f"is {ours} in our books"
            why = f"{movement.reporting_category} of {movement.net} {movement.currency} {say}"
            found.append(Difference(movement.stripe_id, movement.currency, amount, why))
    recent = _posted().filter(entry__effective_at__gte=now - SEARCHED, currency__in=off)
    sums = recent.values_list("entry__source", "currency").annotate(total=Sum("amount")).exclude(total=0)
    for source, currency, total in sums:
        if source not in theirs:
            why = f"{total} {currency} in our books, and Stripe does not know it"
            found.append(Difference(source, currency, -total, why))
    return found


def _posted() -> QuerySet[Posting]:
    """All that our ledger has on the account of Stripe's balance."""
    return Posting.objects.filter(
        account=Account.STRIPE_BALANCE, entry__livemode=settings.STRIPE_LIVEMODE
    ).order_by()
