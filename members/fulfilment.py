"""Delivers what a payment bought. Runs inside the transaction that wrote the payment."""

from datetime import datetime
from typing import Any

from members.changes.following import catch_up
from members.changes.history import write_change
from members.contributions.contributing import receive_contribution
from members.enums import ActorKind, ChangeKind, MailKind, Origin
from members.gifts.gifting import activate_gift
from members.memberships.tiers import tier_bought
from members.models import Contribution, Gift, Membership, Signup, User
from members.outbox.mailing import owe_mail
from members.periods import day_of
from payments.enums import Purpose, Uncharged
from payments.fulfilment import covers, fulfils
from payments.models import Payment, Subscription, UnchargedInvoice
from payments.proposing import is_accepted, propose_refund
from payments.recording import Unexpected, assign_customer, assign_user


class CannotFulfil(Unexpected):
    """The payment does not say what it bought."""


@fulfils(Purpose.MEMBERSHIP)
def grant_membership(payment: Payment) -> None:
    """A membership for the period that the invoice paid for: the first, or a renewal.

    Who pays for the same tier by two subscriptions at once has it once; the second payment should go back.
    """
    signup = Signup.objects.filter(checkout=payment.checkout_id).first()
    subscription = payment.subscription
    tier = tier_bought(
        payment.checkout,
        product_id=payment.product_id,
        amount=payment.price_amount or (subscription.amount if subscription else None),
        interval=subscription.interval if subscription else "",
    )
    if signup is None or tier is None or payment.period_start is None or payment.period_end is None:
        raise CannotFulfil(f"{payment} bought no period of a membership")
    membership = Membership(
        user=_user_of(payment, signup.email),
        tier=tier,
        origin=Origin.PAID,
        payment=payment,
        granted_at=payment.paid_at,
        **_period(payment, payment.period_start, payment.period_end),
    )
    if _has_twin(membership) and not is_accepted(payment):
        _give_back(payment, signup)
        return
    _grant(membership, signup, fact=f"payment:{payment.charge_id}")


@covers(Purpose.MEMBERSHIP)
def grant_uncharged(invoice: UnchargedInvoice) -> None:
    """A membership for a trial, or for a period that earlier payments cover."""
    checkout = invoice.subscription.checkout
    signup = Signup.objects.filter(checkout=checkout).first()
    is_trial = invoice.reason == Uncharged.TRIAL
    tier = tier_bought(
        checkout,
        product_id=invoice.product_id,
        amount=None if is_trial else invoice.amount,
        interval=invoice.subscription.interval,
    )
    if signup is None or tier is None:
        raise CannotFulfil(f"{invoice} is for no membership")
    membership = Membership(
        user=_user_of_checkout(invoice.subscription, signup.email),
        tier=tier,
        origin=Origin.TRIAL if is_trial else Origin.PAID,
        uncharged=invoice,
        granted_at=invoice.settled_at,
        **_period(invoice, invoice.period_start, invoice.period_end),
    )
    _grant(membership, signup, fact=f"invoice:{invoice.invoice_id}")


def _period(fact: Payment | UnchargedInvoice, start: datetime, end: datetime) -> dict[str, Any]:
    return {"subscription": fact.subscription, "starts_on": day_of(start), "ends_on": day_of(end)}


def _grant(membership: Membership, signup: Signup, *, fact: str) -> None:
    membership.campaign_code = signup.campaign_code
    earlier = Membership.objects.filter(subscription=membership.subscription).order_by("-ends_on").first()
    membership.save()
    Signup.objects.filter(pk=signup.pk).update(is_open=False, user=membership.user)
    if earlier is None:
        owe_mail(kind=MailKind.WELCOME, reference=membership.pk, recipient=signup.email)
    kind = _kind_of(membership, earlier)
    if kind:
        write_change(
            key=fact,
            kind=kind,
            user=membership.user,
            done_at=membership.granted_at,
            actor_kind=ActorKind.SYSTEM if earlier else ActorKind.READER,
            actor=None if earlier else membership.user,
            subscription=membership.subscription,
            membership=membership,
        )
    if earlier is None and membership.subscription:
        catch_up(membership.subscription)


def _kind_of(membership: Membership, earlier: Membership | None) -> ChangeKind | None:
    """None: the payment is the price of a change within a period, which has its own row."""
    if earlier is None:
        return ChangeKind.TRIAL_STARTED if membership.origin == Origin.TRIAL else ChangeKind.JOINED
    return ChangeKind.RENEWED if membership.starts_on >= earlier.ends_on else None


@fulfils(Purpose.GIFT)
def deliver_gift(payment: Payment) -> None:
    """The gift can be redeemed from now on, and its giver has the link."""
    gift = Gift.objects.filter(checkout=payment.checkout_id).first()
    if gift is None:
        raise CannotFulfil(f"{payment} bought no gift")
    _user_of(payment, gift.giver_email)
    activate_gift(gift=gift, payment=payment)


@fulfils(Purpose.CONTRIBUTION)
def accept_contribution(payment: Payment) -> None:
    """Nothing is due for it but thanks; each charge of a recurring one comes here too."""
    contribution = Contribution.objects.filter(checkout=payment.checkout_id).first()
    if contribution is None:
        raise CannotFulfil(f"nobody asked to give {payment}")
    user = _user_of(payment, contribution.email)
    receive_contribution(contribution=contribution, payment=payment, user=user)


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


def _user_of_checkout(subscription: Subscription, email: str) -> User:
    user = subscription.checkout.user or User.objects.for_email(email)
    assign_customer(fact=subscription, user=user)
    return user


def _user_of(payment: Payment, email: str) -> User:
    """Who paid: signed in, or known by the address that they will have to prove with a code."""
    user = payment.user or User.objects.for_email(email)
    assign_user(payment=payment, user=user)
    return user
