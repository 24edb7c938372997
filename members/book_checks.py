"""Has everybody what they paid for, and nobody what they did not?"""

from datetime import timedelta

from django.db.models import Count, Exists, F, OuterRef, Q, Sum

from members.enums import Origin
from members.models import Contribution, Gift, Membership
from members.periods import add_months
from payments.checking.findings import Found, book_check
from payments.checking.payments import OWED
from payments.enums import Account, Purpose, Standing
from payments.models import Payment, Posting, RefundProposal

A_DAY = timedelta(days=1)
"""A period's days are the newsroom's, its instants are Stripe's."""


@book_check("paid_not_delivered")
def paid_not_delivered() -> Found:
    """A payment that nothing came of, and that nobody is asked to give back."""
    withheld = RefundProposal.objects.filter(payment=OuterRef("pk"), dismissed_at=None)
    nothing = Payment.objects.filter(membership=None, gift=None).filter(~Exists(withheld))
    nothing = nothing.exclude(purpose=Purpose.CONTRIBUTION, checkout__contribution__isnull=False)
    for payment in nothing:
        yield payment.charge_id, f"{payment} for a {payment.purpose} bought nothing"


@book_check("delivered_not_paid")
def delivered_not_paid() -> Found:
    """A membership that goes on for longer than was paid for, or a gift that was redeemed and never paid."""
    period_end = F("payment__period_end") + A_DAY
    for membership in Membership.objects.filter(origin=Origin.PAID, ends_on__gt=period_end):
        yield f"membership {membership.pk}", f"{membership} is longer than what was paid for"
    covered_until = F("uncharged__period_end") + A_DAY
    for membership in Membership.objects.filter(uncharged__isnull=False, ends_on__gt=covered_until):
        yield f"membership {membership.pk}", f"{membership} is longer than what credit or a trial covers"
    given = Membership.objects.filter(origin=Origin.GIFT, gift__isnull=False)
    for pk, starts_on, ends_on, months in given.values_list("pk", "starts_on", "ends_on", "gift__months"):
        if ends_on > add_months(starts_on, months):
            yield f"membership {pk}", f"{starts_on}/{ends_on} is longer than the {months} months of its gift"
    for gift in Gift.objects.filter(redeemed_at__isnull=False, payment=None):
        yield f"gift {gift.pk}", f"{gift} was redeemed, and nobody paid for it"


@book_check("membership_without_fact")
def without_fact() -> Found:
    """A membership that rests on another's payment, or another day's; on an unredeemed gift; or on nothing."""
    is_paid, is_gift = Q(origin=Origin.PAID), Q(origin=Origin.GIFT)
    wrong = Membership.objects.filter(
        is_paid & Q(payment=None, uncharged=None)
        | is_paid & Q(payment__isnull=False) & ~Q(payment__user=F("user"))
        | is_paid & Q(payment__isnull=False) & ~Q(payment__purpose=Purpose.MEMBERSHIP)
        | is_paid & Q(payment__isnull=False) & ~Q(payment__paid_at=F("granted_at"))
        | is_gift & Q(gift=None)
        | is_gift & Q(gift__redeemed_at__isnull=False) & ~Q(gift__redeemed_at=F("granted_at"))
        | is_gift & ~Q(gift__redeemed_by=F("user")) & Q(gift__redeemed_at__isnull=False)
    )
    for membership in wrong:
        yield f"membership {membership.pk}", f"{membership} ({membership.origin}) does not rest on its fact"


@book_check("double_granted")
def double_granted() -> Found:
    """The same tier and time, by two subscriptions that both go on; or two memberships for one payment or gift."""
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
    for fact in ("payment", "gift"):
        twice = Membership.objects.filter(**{f"{fact}__isnull": False}).values_list(fact)
        for pk, count in twice.annotate(count=Count("pk")).filter(count__gt=1):
            yield f"{fact} {pk}", f"{count} memberships came of it"


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
    owed = Posting.objects.filter(account=Account.GIFT_LIABILITY).values_list("entry__payment__charge_id")
    sums = {charge_id: -total for charge_id, total in owed.annotate(Sum("amount"))}
    gifts = Gift.objects.filter(payment__isnull=False)
    rows = gifts.values_list("pk", "payment__charge_id", "redeemed_at", "payment__standing")
    for pk, charge_id, redeemed_at, standing in rows.iterator():
        left = sums.pop(charge_id, 0)
        is_over = redeemed_at is not None or standing == Standing.RETURNED
        if (left == 0) != is_over:
            yield f"gift {pk}", f"{left} is owed for it, though it is {'' if is_over else 'not '}over"
    for charge_id, left in sums.items():
        if left:
            yield str(charge_id), f"{left} is owed for a gift that is not there"


@book_check("donation_wrong")
def donation_wrong() -> Found:
    """A donation whose row does not say what was paid for it, or whose money is not revenue; or revenue of others."""
    paid = Payment.objects.filter(checkout=OuterRef("checkout"))
    said = Contribution.objects.filter(
        Q(Exists(paid), paid_at=None) | Q(~Exists(paid), paid_at__isnull=False)
    )
    for contribution in said:
        yield f"contribution {contribution.pk}", f"{contribution} does not say whether it was paid"
    others = Contribution.objects.exclude(
        checkout__purpose=Purpose.CONTRIBUTION
    ) | Contribution.objects.exclude(
        checkout__amount=F("amount") + F("fee_cover"), checkout__currency=F("currency")
    )
    for contribution in others:
        yield f"contribution {contribution.pk}", f"{contribution} is not what its checkout asks for"
    earned = Posting.objects.filter(account__in=OWED, entry__payment__isnull=False)
    donated = Q(entry__payment__purpose=Purpose.CONTRIBUTION)
    revenue = Q(account=Account.DONATION_REVENUE)
    for charge_id in earned.filter(donated & ~revenue | ~donated & revenue).values_list(
        "entry__payment__charge_id", flat=True
    ):
        yield (
            str(charge_id),
            "the ledger takes a donation for something else, or something else for a donation",
        )
