"""Has everybody what they paid for, and nobody what they did not?"""

from django.db.models import Exists, F, OuterRef, Q, Sum

from members.enums import Origin
from members.models import Gift, Membership
from payments.checking.findings import Found, book_check
from payments.enums import Account, EntryKind, Purpose, Standing
from payments.models import LedgerEntry, Payment, Posting, RefundProposal


@book_check("paid_not_delivered")
def paid_not_delivered() -> Found:
    """A payment that nothing came of, and that nobody is asked to give back."""
    withheld = RefundProposal.objects.filter(payment=OuterRef("pk"), dismissed_at=None)
    nothing = Payment.objects.filter(membership=None, gift=None).filter(~Exists(withheld))
    for payment in nothing:
        yield payment.charge_id, f"{payment} for a {payment.purpose} bought nothing"


@book_check("delivered_not_paid")
def delivered_not_paid() -> Found:
    """A membership or gift that no payment in the ledger stands behind."""
    posted = LedgerEntry.objects.filter(kind=EntryKind.PAYMENT)
    paid = Membership.objects.filter(origin=Origin.PAID).filter(
        ~Exists(posted.filter(payment=OuterRef("payment")))
    )
    for membership in paid:
        yield f"membership {membership.pk}", f"{membership} is paid by nothing in the ledger"
    given = Gift.objects.filter(redeemed_at__isnull=False).filter(
        ~Exists(posted.filter(payment=OuterRef("payment")))
    )
    for gift in given:
        yield f"gift {gift.pk}", f"{gift} was redeemed, and is paid by nothing in the ledger"


@book_check("membership_without_fact")
def without_fact() -> Found:
    """A membership that rests on another's payment, on a gift that is not redeemed, or on nothing."""
    wrong = Membership.objects.filter(
        Q(origin=Origin.PAID, payment=None)
        | Q(origin=Origin.GIFT, gift=None)
        | Q(origin=Origin.PAID) & ~Q(payment__user=F("user"))
        | Q(origin=Origin.PAID) & ~Q(payment__purpose=Purpose.MEMBERSHIP)
        | Q(origin=Origin.GIFT) & (Q(gift__redeemed_at=None) | ~Q(gift__redeemed_by=F("user")))
    )
    for membership in wrong:
        yield f"membership {membership.pk}", f"{membership} ({membership.origin}) does not rest on its fact"


@book_check("double_granted")
def double_granted() -> Found:
    """The same tier and time, by two subscriptions that both go on."""
    accepted = RefundProposal.objects.filter(dismissed_at__isnull=False)
    paid = (
        Membership.objects.held()
        .filter(origin=Origin.PAID, subscription__is_ending=False)
        .exclude(payment__in=accepted.values("payment"))
    )
    twin = paid.filter(
        user=OuterRef("user"),
        tier=OuterRef("tier"),
        starts_on__lt=OuterRef("ends_on"),
        ends_on__gt=OuterRef("starts_on"),
        pk__lt=OuterRef("pk"),
    ).exclude(subscription=OuterRef("subscription"))
    for membership in paid.filter(Exists(twin)):
        yield f"membership {membership.pk}", f"{membership} is granted by another subscription too"


@book_check("gift_state_wrong")
def gift_state_wrong() -> Found:
    """A gift that was redeemed without a membership, or the other way round."""
    for gift in Gift.objects.filter(redeemed_at__isnull=False, membership=None):
        yield f"gift {gift.pk}", f"{gift} was redeemed and no membership came of it"
    for gift in Gift.objects.filter(redeemed_at=None, membership__isnull=False):
        yield f"gift {gift.pk}", f"{gift} is a membership and was not redeemed"


@book_check("gift_liability_wrong")
def gift_liability_wrong() -> Found:
    """We owe a gift to its giver exactly until it is redeemed or its money went back."""
    owed = (
        Posting.objects.filter(account=Account.GIFT_LIABILITY)
        .values_list("entry__payment")
        .annotate(Sum("amount"))
    )
    sums = {payment: -total for payment, total in owed}
    for gift in Gift.objects.filter(payment__isnull=False).select_related("payment"):
        left = sums.pop(gift.payment_id, 0)
        is_over = gift.redeemed_at is not None or (
            gift.payment and gift.payment.standing == Standing.RETURNED
        )
        if (left == 0) != bool(is_over):
            yield f"gift {gift.pk}", f"{gift}: {left} is owed, though it is {'' if is_over else 'not '}over"
    for payment, left in sums.items():
        if left:
            yield f"payment {payment}", f"{left} is owed for a gift that is not there"
