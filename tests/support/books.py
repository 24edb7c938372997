"""The books, checked from the outside: what must hold after anything that moved money."""

from collections import Counter, defaultdict

from django.db.models import Sum

from members.enums import Origin
from members.models import Contribution, Gift, Membership
from payments.checking.findings import findings
from payments.enums import Account, EntryKind, Purpose
from payments.models import LedgerEntry, Payment, Posting

_OWED = {
    Purpose.MEMBERSHIP: Account.DEFERRED_MEMBERSHIP,
    Purpose.GIFT: Account.GIFT_LIABILITY,
    Purpose.CONTRIBUTION: Account.DONATION_REVENUE,
}
_BOUGHT = {Purpose.MEMBERSHIP: (1, 0, 0), Purpose.GIFT: (0, 1, 0), Purpose.CONTRIBUTION: (0, 0, 1)}


WAITING = {"money_unallocated", "event_parked", "inbox_late"}
"""What waits for a person is no fault of the books; a test that makes it so asks for it itself."""


def assert_books() -> None:
    """Every entry balances, every payment is posted and delivered once, every membership rests on its fact.

    The first word is the product's own oracle's; what follows asks again in other ways.
    """
    assert [each for each in findings(is_offline=True) if each.check not in WAITING] == []
    _assert_balanced()
    _assert_payments_posted_once()
    _assert_payments_delivered_once()
    _assert_memberships_rest_on_facts()
    _assert_gifts_posted_once()


def _assert_balanced() -> None:
    sums: dict[tuple[int, str], int] = defaultdict(int)
    for entry, currency, amount in Posting.objects.values_list("entry", "currency", "amount"):
        sums[entry, currency] += amount
    assert {key: total for key, total in sums.items() if total} == {}
    assert {entry for entry, _ in sums} == set(LedgerEntry.objects.values_list("pk", flat=True))


def _assert_payments_posted_once() -> None:
    entries = LedgerEntry.objects.filter(kind=EntryKind.PAYMENT)
    assert Counter(entries.values_list("payment", flat=True)) == Counter(
        Payment.objects.values_list("pk", flat=True)
    )
    for payment in Payment.objects.all():
        owed = Posting.objects.get(
            entry__payment=payment, entry__kind=EntryKind.PAYMENT, account=_OWED[Purpose(payment.purpose)]
        )
        assert (owed.amount, owed.currency) == (-payment.amount, payment.currency)


def _assert_payments_delivered_once() -> None:
    for payment in Payment.objects.filter(refund_proposal=None):
        memberships = Membership.objects.filter(payment=payment).count()
        gifts = Gift.objects.filter(payment=payment).count()
        contributions = Contribution.objects.filter(checkout=payment.checkout, paid_at__isnull=False).count()
        assert (memberships, gifts, contributions) == _BOUGHT[Purpose(payment.purpose)]


def _assert_memberships_rest_on_facts() -> None:
    for membership in Membership.objects.select_related("payment", "gift", "uncharged"):
        if membership.origin == Origin.TRIAL or (membership.origin == Origin.PAID and membership.uncharged):
            assert membership.subscription_id == membership.uncharged.subscription_id
            assert membership.granted_at == membership.uncharged.settled_at
        elif membership.origin == Origin.PAID:
            assert membership.payment is not None
            assert membership.payment.user_id == membership.user_id
            assert membership.granted_at == membership.payment.paid_at
        if membership.origin == Origin.GIFT:
            assert membership.gift is not None
            assert membership.gift.payment_id is not None
            assert membership.gift.redeemed_by_id == membership.user_id
            assert membership.gift.redeemed_at == membership.granted_at


def _assert_gifts_posted_once() -> None:
    redeemed = Gift.objects.filter(redeemed_at__isnull=False)
    posted = LedgerEntry.objects.filter(kind=EntryKind.GIFT_REDEEMED).values_list("payment", flat=True)
    assert Counter(posted) == Counter(redeemed.values_list("payment", flat=True))


def balances():
    """What is on each account that is not empty, in minor units."""
    sums = Posting.objects.values_list("account", "currency").annotate(total=Sum("amount")).exclude(total=0)
    return {(account, currency): total for account, currency, total in sums.order_by("account")}


def kinds():
    return sorted(LedgerEntry.objects.values_list("kind", flat=True))


def assert_agreed():
    """The books are right, and Stripe holds what they say."""
    assert list(findings(is_offline=False)) == []
    assert_books()
