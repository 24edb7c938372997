"""Forgets a person: their payments end at Stripe, their words and addresses go from every row, the books stay.

The request is written first and the account closed with it. A worker does the rest, from the start as often as it must:
each step finds what is left to do. The addresses stay in the request alone, until the last mail has gone out.
"""

from datetime import timedelta

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from members.contributions import contributing
from members.enums import MailKind, Unsent
from members.mails.registry import mail_of
from members.models import Erasure, ImportedCustomer, OutgoingMail, User
from members.models.user import ERASED
from members.outbox.mailing import render
from members.personal.holdings import HOLDINGS, Holding, Person
from members.personal.sweeping import forget_sessions, redact_events, sweep
from payments.doorbell import ring
from payments.enums import QueueState
from payments.gateway.changing import end_now
from payments.gateway.erasing import delete_customer
from payments.models import Checkout, Customer, Subscription
from payments.recording import record

log = structlog.get_logger(__name__)

ERASE = "members.tasks.erase_people"
_WORDS = {"giver_name", "recipient_name", *contributing.WORDS}
_STRIPE_REPEATS = timedelta(days=31)
"""Events older than this Stripe does not give again."""


class CannotErase(Exception):
    """This account must not go this way."""


@transaction.atomic
def ask_to_erase(*, user: User, actor: User, reason: str = "") -> Erasure:
    """Writes the promise down and closes the account; asked again it is the same one. Raises CannotErase."""
    if user.is_staff:
        raise CannotErase("staff first leave the staff")
    found, is_new = Erasure.objects.get_or_create(
        user=user,
        defaults={"addresses": list(Person.of(user).addresses), "actor": actor, "reason": reason},
    )
    if is_new:
        User.objects.filter(pk=user.pk).update(is_active=False)
        transaction.on_commit(lambda: ring(ERASE))
    return found


def drain() -> int:
    """Erases whom it was promised; how many tries that were."""
    return Erasure.objects.work(_work)


def _work(erasure: Erasure) -> None:
    try:
        _erase(erasure)
    except Exception as error:
        log.error("erasure_failed", pk=erasure.pk, error=type(error).__name__)
        erasure.fail(error)


def _erase(erasure: Erasure) -> None:
    person = Person(user=erasure.user, addresses=tuple(erasure.addresses))
    _end_at_stripe(erasure)
    if erasure.blanked_at is None:
        _blank(erasure, person)
    if erasure.addresses:
        _say_goodbye(erasure)
    with transaction.atomic():
        Erasure.objects.filter(pk=erasure.pk).update(addresses=[])
        erasure.finish()


def _end_at_stripe(erasure: Erasure) -> None:
    """No network inside a transaction: each call is recorded by itself, and repeated it does no more."""
    running = Subscription.objects.running().filter(customer__user=erasure.user)
    for subscription in running:
        record(end_now(subscription, key=f"erase-{erasure.key}-{subscription.stripe_id}").snapshot)
    known = Customer.objects.filter(user=erasure.user)
    # Some were brought over with their reader, and nothing was charged since.
    named = ImportedCustomer.objects.filter(user=erasure.user).values_list("stripe_id", flat=True)
    there = {*known.filter(deleted_at=None).values_list("stripe_id", flat=True), *named}
    gone = set(known.exclude(deleted_at=None).values_list("stripe_id", flat=True))
    for stripe_id in sorted(there - gone):
        record(delete_customer(stripe_id, key=f"erase-{erasure.key}-{stripe_id}"))


@transaction.atomic
def _blank(erasure: Erasure, person: Person) -> None:
    nobody = f"erased-{person.user.pk}{ERASED}"
    OutgoingMail.objects.filter(recipient__in=person.addresses, state=QueueState.PENDING).update(
        state=QueueState.DONE, processed_at=timezone.now(), lease_until=None, unsent=Unsent.OBSOLETE
    )
    for holding in HOLDINGS:
        _blank_rows(holding, person, nobody)
    _forget_terms(nobody)
    user = User.objects.get(pk=person.user.pk)
    user.email, user.last_login, user.is_active = nobody, None, False
    user.set_unusable_password()
    user.save()
    user.groups.clear()
    sweep(person.addresses, nobody)
    forget_sessions(person)
    redact_events([*person.addresses, *_customer_ids(person.user)])
    Erasure.objects.filter(pk=erasure.pk).update(blanked_at=timezone.now(), addresses=list(person.addresses))


def _blank_rows(holding: Holding, person: Person, nobody: str) -> None:
    rows = holding.rows(person)
    if holding.is_deleted:
        rows.delete()
        return
    if holding.blank:
        rows.update(**holding.blank)
    if holding.address:
        rows.filter(**{f"{holding.address}__in": person.addresses}).update(**{holding.address: nobody})


def _forget_terms(nobody: str) -> None:
    """Stripe's copy of what was bought goes without what was said about it."""
    for checkout in Checkout.objects.filter(email=nobody):
        kept = {name: text for name, text in checkout.terms.items() if name not in _WORDS}
        Checkout.objects.filter(pk=checkout.pk).update(terms=kept)


def _say_goodbye(erasure: Erasure) -> None:
    """The last mail; sent again after a crash it is the same mail to the mailbox."""
    headers = {"Message-ID": f"<erased.{erasure.key}@{settings.SITE_HOST}>"}
    for address in erasure.addresses[:1]:
        render(mail_of(MailKind.ERASED), {}, to=address, headers=headers).send()


def sweep_events() -> int:
    """Takes those who were erased out of events that came after them, Stripe's word of their deletion among them."""
    erased = Erasure.objects.filter(state=QueueState.DONE, processed_at__gt=timezone.now() - _STRIPE_REPEATS)
    ids = Customer.objects.filter(user__erasure__in=erased).values_list("stripe_id", flat=True)
    return redact_events(list(ids), since=timezone.now() - _STRIPE_REPEATS) if ids else 0


def _customer_ids(user: User) -> list[str]:
    return list(Customer.objects.filter(user=user).values_list("stripe_id", flat=True))
