"""Delivers what a payment bought. Runs inside the transaction that wrote the payment."""

from members.enums import MailKind, Origin
from members.gifting import activate_gift
from members.mailing import owe_mail
from members.models import Gift, Membership, Signup, User
from members.periods import day_of
from payments.enums import Purpose
from payments.fulfilment import fulfils
from payments.models import Payment
from payments.recording import assign_user


class CannotFulfil(Exception):
    """The payment does not say what it bought. Everything is rolled back and the event waits for a person."""


@fulfils(Purpose.MEMBERSHIP)
def grant_membership(payment: Payment) -> None:
    """A membership for the period that the invoice paid for: the first, or a renewal."""
    signup = Signup.objects.select_related("plan__tier").filter(checkout=payment.checkout_id).first()
    if signup is None or payment.period_start is None or payment.period_end is None:
        raise CannotFulfil(f"{payment} bought no period of a membership")
    is_first = not Membership.objects.filter(payment__checkout=payment.checkout_id).exists()
    user = _user_of(payment, signup.email)
    membership = Membership.objects.create(
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


def _user_of(payment: Payment, email: str) -> User:
    """Who paid: signed in, or known by the address that they will have to prove with a code."""
    user = payment.user or User.objects.for_email(email)
    assign_user(payment=payment, user=user)
    return user
