"""Does Stripe hold what our books say it holds? If not: which movement is it?"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Sum
from django.utils import timezone

from payments.checking.findings import Found, book_check
from payments.enums import Account
from payments.gateway import listing
from payments.gateway.facts import TransactionFacts
from payments.models import BalanceTransaction, Posting
from payments.money import Money

ON_ITS_WAY = timedelta(minutes=15)
"""An event may take so long until we have recorded what it tells."""
SEARCHED = timedelta(days=31)
_TRIES = 3

Sums = dict[str, int]


@book_check("balance_differs", asks_stripe=True)
def balance_differs() -> Found:
    """Stripe's balance less ours, in each currency, save for what is on its way."""
    off = _difference()
    for _ in range(_TRIES - 1):
        if not off:
            return
        # Money that moved between two readings is no difference: one that stays is.
        again = _difference()
        off = {currency: amount for currency, amount in off.items() if again.get(currency) == amount}
    for currency, amount in off.items():
        yield currency, f"Stripe holds {Money(amount, currency)} more than our books say (negative: less)"
    if off:
        yield from _named(off)


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
    held = Posting.objects.filter(account=Account.STRIPE_BALANCE, entry__livemode=settings.STRIPE_LIVEMODE)
    return dict(held.values_list("currency").annotate(Sum("amount")))


def _unknown(start: datetime, end: datetime) -> Iterator[TransactionFacts]:
    for movement, ours in _compared(start, end):
        if ours is None:
            yield movement


def _compared(start: datetime, end: datetime) -> Iterator[tuple[TransactionFacts, int | None]]:
    """Each of Stripe's movements, with the net that we have for it."""
    listed = [each.transaction for each in listing.transactions(start, end + timedelta(seconds=1))]
    for first in range(0, len(listed), 500):
        chunk = listed[first : first + 500]
        rows = BalanceTransaction.objects.filter(stripe_id__in=[each.stripe_id for each in chunk])
        known = dict(rows.values_list("stripe_id", "net"))
        for movement in chunk:
            yield movement, known.get(movement.stripe_id)


def _named(off: Sums) -> Iterator[tuple[str, str]]:
    """The movements of the last weeks that make the difference, as far as they can be told."""
    now = timezone.now()
    theirs: dict[str, set[str]] = defaultdict(set)
    for movement, ours in _compared(now - SEARCHED, now):
        theirs[movement.currency].add(movement.stripe_id)
        if movement.currency in off and ours != movement.net:
            say = "is not in our books" if ours is None else f"is {ours} in our books"
            yield (
                movement.stripe_id,
                f"{movement.reporting_category} of {movement.net} {movement.currency} {say}",
            )
    recent = BalanceTransaction.objects.filter(created_at__gte=now - SEARCHED, currency__in=off)
    for stripe_id, currency in recent.values_list("stripe_id", "currency"):
        if stripe_id not in theirs[currency]:
            yield stripe_id, "is in our books, and Stripe does not know it"
