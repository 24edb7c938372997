"""The books as the platform's tables, and the mailboxes of its readers, have them."""

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings
from django.db.models import Sum

from members.enums import MailKind
from members.models import Gift, Membership
from payments.enums import Account
from payments.models import (
    Checkout,
    Customer,
    Dispute,
    Payment,
    Payout,
    Posting,
    Refund,
    RefundProposal,
    Subscription,
)
from tests.chaos.books import Books

_OF_PURCHASES = tuple(
    f"{kind}."
    for kind in (MailKind.WELCOME, MailKind.GIFT_READY, MailKind.GIFT_REDEEMED, MailKind.PAID_TWICE)
)
_MAIL = re.compile(rb"^To: (?P<to>.+)$|^Message-ID: (?P<id>.+)$", re.MULTILINE)


def read(mail_folder: Path) -> Books:
    held = Posting.objects.filter(account=Account.STRIPE_BALANCE)
    by_source = held.values_list("entry__source", "currency").annotate(Sum("amount"))
    memberships = Membership.objects.select_related("payment", "gift__checkout", "user")
    return Books(
        balance=dict(held.values_list("currency").annotate(Sum("amount"))),
        movements={source: (amount, currency) for source, currency, amount in by_source},
        payments=Counter(Payment.objects.values_list("charge_id", flat=True)),
        outcomes=_outcomes(),
        redeemed=Counter(str(each.gift.checkout.reference) for each in memberships if each.gift),
        twins=Counter(each.user.email for each in memberships if each.user.email.startswith("twice")),
        mails=mails_in(mail_folder),
        states=dict(_states()),
    )


def _outcomes() -> Counter[str]:
    """What a payment led to: a membership, a gift, or the proposal to give it back."""
    return Counter(
        charge
        for model in (Membership, Gift, RefundProposal)
        for charge in model.objects.exclude(payment=None).values_list("payment__charge_id", flat=True)
    )


def mails_in(folder: Path) -> Counter[str]:
    """By reader, as many as arrived; one that came again under the same Message-ID is the same mail.

    Only what tells of payments and gifts: of several changes between two looks at Stripe one may be told, or none.
    """
    told = {(to, name) for to, name in _arrived(folder) if name.lstrip("<").startswith(_OF_PURCHASES)}
    return Counter(to for to, _ in told if to != settings.NEWSROOM_EMAIL)


def repeated_mails(folder: Path) -> int:
    """How many came again: a process died after sending and before it could say so."""
    arrived = _arrived(folder)
    return len(arrived) - len(set(arrived))


def _arrived(folder: Path) -> list[tuple[str, str]]:
    lines = [found for path in sorted(folder.glob("*.eml")) for found in _MAIL.finditer(path.read_bytes())]
    tos = [line["to"].decode() for line in lines if line["to"]]
    return list(zip(tos, [line["id"].decode() for line in lines if line["id"]], strict=True))


def _states() -> Iterable[tuple[str, str]]:
    for reference, state in Checkout.objects.exclude(status="open").values_list("reference", "status"):
        yield str(reference), state
    for each in Subscription.objects.all():
        ends = int(each.current_period_end.timestamp())
        yield each.stripe_id, f"{each.status}, ends {ends}{', for good' * each.is_ending}"
    yield from _standings()
    for stripe_id, deleted_at in Customer.objects.values_list("stripe_id", "deleted_at"):
        yield stripe_id, "deleted" if deleted_at else "there"
    for model in (Refund, Dispute, Payout):
        yield from model.objects.values_list("stripe_id", "status")


def _standings() -> Iterable[tuple[str, str]]:
    """Access by the payment's own membership, or the one that its gift became or can become."""
    open_gifts = Gift.objects.filter(payment__isnull=False, redeemed_at=None).values("payment")
    has = set(Membership.objects.held().exclude(payment=None).values_list("payment", flat=True))
    has |= set(Membership.objects.held().exclude(gift=None).values_list("gift__payment", flat=True))
    has |= set(RefundProposal.objects.values_list("payment", flat=True))
    for payment in Payment.objects.all():
        is_claimable = open_gifts.filter(payment=payment).exists() and payment.standing != "returned"
        is_had = payment.pk in has or is_claimable
        yield payment.charge_id, f"{payment.standing}, {'access' if is_had else 'no access'}"
