"""Readers ask for newsletters. Nobody gets one whose address has not said so itself."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from members.enums import MailKind
from members.models import Newsletter, NewsletterSubscription
from members.models.newsletter import NewsletterSubscriptionQuerySet
from members.models.user import normalise_email
from members.outbox.mailing import owe_mail

if TYPE_CHECKING:
    from members.models import User


@transaction.atomic
def ask_for(newsletters: Iterable[Newsletter], *, email: str) -> None:
    """Writes to the address with a link that confirms; the same whether we know it or not."""
    email = normalise_email(email)
    asked = [
        NewsletterSubscription.objects.get_or_create(newsletter=newsletter, email=email)[0].pk
        for newsletter in newsletters
    ]
    # One mail a minute for the same wish, however often the form is sent.
    reference = f"{','.join(map(str, sorted(asked)))}@{timezone.now():%Y%m%d%H%M}"
    owe_mail(kind=MailKind.NEWSLETTER_CONFIRM, reference=reference, recipient=email)


def confirm(subscriptions: Iterable[NewsletterSubscription]) -> None:
    """The address said yes."""
    chosen = NewsletterSubscription.objects.filter(pk__in=[each.pk for each in subscriptions])
    chosen.exclude(pk__in=chosen.current()).update(confirmed_at=timezone.now(), ended_at=None)


def end(subscription: NewsletterSubscription) -> None:
    """No more of this newsletter to this address."""
    NewsletterSubscription.objects.filter(pk=subscription.pk, ended_at=None).update(ended_at=timezone.now())


@transaction.atomic
def choose(newsletters: Iterable[Newsletter], *, user: "User") -> None:
    """A signed-in reader, whose address is proved, has exactly these."""
    chosen = list(newsletters)
    now = timezone.now()
    theirs = of_user(user)
    theirs.current().exclude(newsletter__in=chosen).filter(newsletter__is_active=True).update(ended_at=now)
    for newsletter in chosen:
        found, is_new = NewsletterSubscription.objects.get_or_create(
            newsletter=newsletter, email=user.email, defaults={"user": user, "confirmed_at": now}
        )
        if not is_new and not found.is_current:
            theirs.filter(pk=found.pk).update(user=user, confirmed_at=now, ended_at=None)


def of_user(user: "User") -> NewsletterSubscriptionQuerySet:
    """What the reader chose, or asked for by the address that is theirs."""
    return NewsletterSubscription.objects.filter(Q(user=user) | Q(email=user.email))
