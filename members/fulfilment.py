"""Delivers what a payment bought. Runs inside the transaction that wrote the payment."""

from members.enums import MailKind, Origin
from members.gifting import activate_gift
from members.mailing import owe_mail
from members.models import Gift, Membership, Signup, User
from members.periods import day_of
from payments.enums import Purpose
from payments.fulfilment import fulfils
from payments.models import Payment
from payments.proposing import is_accepted, propose_refund
from payments.recording import Unexpected, assign_user


class CannotFulfil(Unexpected):
    """The payment does not say what it bought."""


@fulfils(Purpose.MEMBERSHIP)
def grant_membership(payment: Payment) -> None:
    """A membership for the period that the invoice paid for: the first, or a renewal.

    Who pays for the same tier by two subscriptions at once has it once; the second payment should go back.
    """
    signup = Signup.objects.select_related("plan__tier").filter(checkout=payment.checkout_id).first()
    if signup is None or payment.period_start is None or payment.period_end is None:
        raise CannotFulfil(f"{payment} bought no period of a membership")
    is_first = not Membership.objects.filter(payment__checkout=payment.checkout_id).exists()
    user = _user_of(payment, signup.email)
    membership = Membership(
        user=user,
        tier=signup.plan.tier,
        origin=Origin.PAID,
        payment=payment,
        subscription=payment.subscription,
        starts_on=day_of(payment.period_start),
        ends_on=day_of(payment.period_end),
        granted_at=payment.paid_at,
        campaign_code=signup.campaign_code,
    )
    if _has_twin(membership) and not is_accepted(payment):
        _give_back(payment, signup)
        return
    membership.save()
    Signup.objects.filter(pk=signup.pk).update(is_open=False, user=user)
    if is_first:
        owe_mail(kind=MailKind.WELCOME, reference=membership.pk, recipient=signup.email)


@fulfils(Purpose.GIFT)
def deliver_gift(payment: Payment) -> None:
    """The gift can be redeemed from now on, and its giver has the link."""
    gift = Gift.objects.filter(checkout=payment.checkout_id).first()
    if gift is None:
        raise CannotFulfil(f"{payment} bought no gift")
    _user_of(payment, gift.giver_email)
    activate_gift(gift=gift, payment=payment)


def _has_twin(membership: Membership) -> bool:
    """Another subscription that goes on pays for the same tier and time already."""
    # Two payments of one person, recorded at the same moment, must see each other.
    User.objects.select_for_update().get(pk=membership.user_id)
    same = Membership.objects.held().filter(
        user=membership.user_id,
        tier=membership.tier_id,
        origin=Origin.PAID,
        starts_on__lt=membership.ends_on,
        ends_on__gt=membership.starts_on,
    )
    others = same.exclude(subscription=membership.subscription_id)
    return others.filter(subscription__is_ending=False).exists()


def _give_back(payment: Payment, signup: Signup) -> None:
    propose_refund(payment=payment, reason="this reader pays for the same membership by two subscriptions")
    Signup.objects.filter(pk=signup.pk).update(is_open=False, user=payment.user)
    owe_mail(kind=MailKind.PAID_TWICE, reference=payment.pk, recipient=signup.email)


def _user_of(payment: Payment, email: str) -> User:
    """Who paid: signed in, or known by the address that they will have to prove with a code."""
    user = payment.user or User.objects.for_email(email)
    assign_user(payment=payment, user=user)
    return user
