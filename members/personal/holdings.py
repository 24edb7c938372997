"""Every kind of row that is about a person. A new one belongs here, or a test asks why not."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from members.models import (
    Contribution,
    ContributionReminder,
    Gift,
    ImportedCustomer,
    MailBounce,
    Membership,
    MembershipChange,
    NewsletterSubscription,
    OutgoingMail,
    ReturnReminder,
    Signup,
    Testimonial,
    User,
)
from payments.models import Checkout, Customer, Dispute, Payment, Refund, Subscription, UnpaidInvoice

if TYPE_CHECKING:
    from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with all addresses that are theirs: proved now, or what they bought under before they changed it.

    What Stripe calls their address proves nothing: in its portal anybody types what they like.
    """

    user: User
    addresses: tuple[str, ...]

    @classmethod
    def of(cls, user: User) -> "Person":
        proved = EmailAddress.objects.filter(user=user, verified=True).values_list("email", flat=True)
        bought = Checkout.objects.filter(user=user).values_list("email", flat=True)
        # An address that is somebody else's account by now is theirs.
        others = User.objects.filter(email__in=bought).exclude(pk=user.pk).values_list("email", flat=True)
        return cls(user=user, addresses=tuple(sorted({user.email, *proved, *bought} - set(others))))


@dataclass(frozen=True, slots=True)
class Holding:
    """Rows of one kind: whose they are, what of them is nobody's business, and what becomes of them at erasure."""

    name: str
    title: "str | Promise"
    model: type[Model]
    whose: Callable[[Person], Q]
    hidden: tuple[str, ...] = ()
    """Fields that are keys, not facts: they would let whoever finds the file act as the reader."""
    blank: dict[str, Any] = field(default_factory=dict)
    """What is written over the person's words at erasure."""
    address: str = ""
    """The field that holds their address."""
    is_deleted: bool = False
    """The row goes altogether: no money hangs on it."""

    def rows(self, person: Person) -> QuerySet[Any]:
        return self.model._default_manager.filter(self.whose(person)).order_by("pk")


def _by_user(person: Person) -> Q:
    return Q(user=person.user)


def _by_user_or_email(person: Person) -> Q:
    return Q(user=person.user) | Q(email__in=person.addresses)


def _by_checkout(person: Person) -> Q:
    return Q(checkout__user=person.user) | Q(checkout__email__in=person.addresses)


_NO_WORDS = {"giver_name": "", "recipient_name": "", "message": ""}

HOLDINGS = [
    Holding("account", _("Your account"), User, lambda person: Q(pk=person.user.pk), hidden=("password",)),
    Holding("addresses", _("Your addresses"), EmailAddress, _by_user, is_deleted=True),
    Holding("passkeys", _("Your passkeys"), Authenticator, _by_user, hidden=("data",), is_deleted=True),
    Holding("memberships", _("Memberships"), Membership, _by_user),
    Holding(
        "changes", _("What became of them"), MembershipChange, _by_user,
        hidden=("key",), blank={"reason": "", "before": {}, "after": {}, "error": ""},
    ),
    Holding(
        "signups", _("Asked to join"), Signup, _by_user_or_email,
        address="email", blank={"attribution": {}, "is_open": False},
    ),
    Holding(
        "checkouts", _("Payment pages"), Checkout, _by_user_or_email,
        hidden=("idempotency_key", "url", "reference"), address="email", blank={"url": ""},
    ),
    Holding("payments", _("Payments"), Payment, _by_user),
    Holding("refunds", _("Refunds"), Refund, lambda person: Q(payment__user=person.user)),
    Holding("disputes", _("Disputes"), Dispute, lambda person: Q(payment__user=person.user)),
    Holding("customers", _("At our payment service"), Customer, _by_user, blank={"email": ""}),
    Holding(
        "subscriptions", _("Standing payments"), Subscription, lambda person: Q(customer__user=person.user),
        blank={"card_brand": "", "card_last4": ""},
    ),
    Holding(
        "failed_payments", _("Payments that failed"), UnpaidInvoice,
        lambda person: Q(subscription__customer__user=person.user), hidden=("page_url",), blank={"page_url": ""},
    ),
    Holding(
        "gifts_given", _("Gifts that you gave"), Gift,
        lambda person: Q(giver_email__in=person.addresses) | Q(payment__user=person.user),
        hidden=("token_hash", "reference"), address="giver_email", blank=_NO_WORDS,
    ),
    Holding(
        "gifts_received", _("Gifts that you opened"), Gift, lambda person: Q(redeemed_by=person.user),
        hidden=("token_hash", "reference", "giver_email"), blank={"recipient_name": "", "message": ""},
    ),
    Holding(
        "contributions", _("Donations"), Contribution, _by_user_or_email, hidden=("fingerprint",), address="email",
        blank={
            "attribution": {}, "public_name": "", "is_name_approved": False, "honoree_name": "", "message": "",
            "notify_name": "", "notify_email": "", "reminder": "", "fingerprint": "",
            "is_open": False,
        },
    ),
    Holding(
        "dedications", _("Donations dedicated by way of you"), Contribution,
        lambda person: Q(notify_email__in=person.addresses),
        hidden=("fingerprint", "email", "user"), blank={"notify_name": "", "notify_email": ""},
    ),
    Holding(
        "reminders", _("Reminders"), ContributionReminder,
        lambda person: Q(contribution__user=person.user) | Q(contribution__email__in=person.addresses), is_deleted=True,
    ),
    Holding(
        "imported", _("Brought over"), ImportedCustomer, _by_user, hidden=("lease_until", "next_try_at"),
        blank={"error": ""},
    ),
    Holding("return_reminders", _("When we shall ask you back"), ReturnReminder, _by_user, is_deleted=True),
    Holding("testimonials", _("Why you joined"), Testimonial, _by_checkout, is_deleted=True),
    Holding("newsletters", _("Newsletters"), NewsletterSubscription, _by_user_or_email, is_deleted=True),
    Holding(
        "mails", _("Mails that we sent or owe"), OutgoingMail, lambda person: Q(recipient__in=person.addresses),
        hidden=("lease_until", "next_try_at"), address="recipient", blank={"error": ""},
    ),
    Holding(
        "bounces", _("Mails that came back"), MailBounce, lambda person: Q(address__in=person.addresses),
        is_deleted=True,
    ),
]  # fmt: skip
