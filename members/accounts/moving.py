"""One person, one account: an address that is changed, two accounts that are one person's, a purchase under a slip."""

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import models, transaction
from django.utils import timezone

from members.changes.history import write_change
from members.enums import ActorKind, ChangeKind, MailKind
from members.models import (
    Contribution,
    Erasure,
    Gift,
    Membership,
    MembershipChange,
    NewsletterSubscription,
    Signup,
    User,
)
from members.models.user import ERASED, normalise_email
from members.outbox.mailing import owe_mail
from payments.models import Checkout, Customer, Payment

if TYPE_CHECKING:
    from uuid import UUID

_OURS = ("members", "payments")


class CannotMove(Exception):
    """These two must not become one this way."""


@transaction.atomic
def change_address(*, user: User, email: str) -> None:
    """The account's address, which a code has proved, is this from now on; what was bought under it comes along.

    Raises CannotMove for the address of staff, whose rights are nobody's to take over.
    """
    email = normalise_email(email)
    person = User.objects.select_for_update().get(pk=user.pk)
    other = User.objects.select_for_update().filter(email=email).exclude(pk=user.pk).first()
    if other:
        _join(other, person)
    before, person.email = person.email, email
    person.save(update_fields=["email"])
    EmailAddress.objects.filter(user=person).delete()
    EmailAddress.objects.create(user=person, email=email, primary=True, verified=True)
    _readdress_newsletters(person, before)
    change = write_change(
        key=f"address:{uuid4()}",
        kind=ChangeKind.READDRESSED,
        user=person,
        done_at=timezone.now(),
        actor_kind=ActorKind.READER,
        actor=person,
        before={"email": before},
        after={"email": email},
    )
    owe_mail(kind=MailKind.ADDRESS_CHANGED, reference=change.pk, recipient=before)


def _join(other: User, person: User) -> None:
    """All that hangs on `other` hangs on `person`; `other` is nobody any more."""
    if other.is_staff or Erasure.objects.filter(user=other).exists():
        raise CannotMove("this account cannot be joined with another")
    for relation in User._meta.related_objects:
        if relation.related_model._meta.app_label in _OURS:
            rows: models.QuerySet[Any] = relation.related_model._base_manager.filter(
                **{relation.field.name: other}
            )
            rows.update(**{relation.field.name: person})
    EmailAddress.objects.filter(user=other).delete()
    Authenticator.objects.filter(user=other).delete()
    User.objects.filter(pk=other.pk).update(email=f"joined-{other.pk}{ERASED}", is_active=False)


def _readdress_newsletters(person: User, before: str) -> None:
    has = NewsletterSubscription.objects.filter(email=person.email).values("newsletter")
    moving = NewsletterSubscription.objects.filter(email=before)
    moving.exclude(newsletter__in=has).update(email=person.email, user=person)


@transaction.atomic
def move_purchase(*, reference: "UUID", email: str, actor: User, reason: str) -> User:
    """What one checkout bought was somebody else's all along: the address was mistyped. Gives whose it is now.

    Both sides of the move are written down with the reason, and the new address is told.
    """
    email = normalise_email(email)
    checkout = Checkout.objects.select_for_update().get(reference=reference)
    before, was = checkout.email, checkout.user
    user = User.objects.for_email(email)
    if was == user and before == email:
        return user
    memberships = _hand_over(checkout, user, email)
    now, key = timezone.now(), uuid4()
    for number, whose in enumerate([user] if was is None else [user, was]):
        change = write_change(
            key=f"moved:{key}:{number}",
            kind=ChangeKind.MOVED,
            user=whose,
            membership=memberships.last(),
            done_at=now,
            actor_kind=ActorKind.STAFF,
            actor=actor,
            reason=reason,
            before={"email": before},
            # Whoever's the slip was is not told of somebody else's address.
            after={"email": email} if whose == user else {},
        )
        if whose == user:
            owe_mail(kind=MailKind.PURCHASE_MOVED, reference=f"{change.pk}:{checkout.pk}", recipient=email)
    return user


def _hand_over(checkout: Checkout, user: User, email: str) -> models.QuerySet[Membership]:
    customers = Customer.objects.filter(payments__checkout=checkout)
    shared = Payment.objects.filter(customer__in=customers).exclude(checkout=checkout).values("customer")
    Customer.objects.filter(pk__in=customers.exclude(pk__in=shared).values("pk")).update(user=user)
    memberships = Membership.objects.filter(payment__checkout=checkout) | Membership.objects.filter(
        subscription__checkout=checkout
    )
    MembershipChange.objects.filter(subscription__checkout=checkout).update(user=user)
    Membership.objects.filter(pk__in=memberships.values("pk")).update(user=user)
    Payment.objects.filter(checkout=checkout).update(user=user)
    Signup.objects.filter(checkout=checkout).update(user=user, email=email)
    Contribution.objects.filter(checkout=checkout).update(user=user, email=email)
    Gift.objects.filter(checkout=checkout).update(giver_email=email)
    Checkout.objects.filter(pk=checkout.pk).update(user=user, email=email)
    return Membership.objects.filter(user=user, subscription__checkout=checkout).order_by("pk")
