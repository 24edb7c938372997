"""Donations: asked for, received, told of to whoever they honour."""

import hashlib
import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from members.enums import MailKind
from members.models import Contribution, ContributionSettings
from members.models.contribution_offer import ONCE
from members.models.user import normalise_email
from members.outbox.mailing import owe_mail, owe_once
from payments.checkout import is_usable, prepare_checkout
from payments.checkpoints import reached
from payments.enums import Interval, Purpose
from payments.models import Payment
from payments.money import Money

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from members.models import User

WORDS = ("public_name", "dedication", "honoree_name", "message", "notify_name", "notify_email")
KEPT_AT_STRIPE = ("public_name", "dedication", "honoree_name", "message")
"""Not who is to be told: that address is nobody's business there, and a restored donation must not tell them again."""


def start_contribution(
    *,
    amount: Money,
    email: str,
    interval: str = ONCE,
    fee_cover: int = 0,
    user: "User | None" = None,
    campaign_code: str = "",
    attribution: dict[str, str] | None = None,
    **words: str,
) -> Contribution:
    """The open donation for this; asked for again before it is paid, by a second click or tab, it is the same one.

    `fee_cover`: minor units on top of the amount. `words`: any of WORDS; other words make another donation.
    """
    wanted: dict[str, Any] = {
        "email": normalise_email(email),
        "amount": amount.amount,
        "currency": amount.currency,
        "interval": interval,
        "fee_cover": fee_cover,
        **{name: words.pop(name, "") for name in WORDS},
    }
    if words:
        raise TypeError(f"a donation has no {', '.join(words)}")
    key = fingerprint(wanted)
    found = Contribution.objects.filter(fingerprint=key, is_open=True).select_related("checkout").first()
    if found and is_usable(found.checkout) and found.user == user:
        return found
    try:
        with transaction.atomic():
            if found:
                # Its page has closed; should it be paid after all, it still counts.
                Contribution.objects.filter(pk=found.pk).update(is_open=False)
            came_by = {"campaign_code": campaign_code, "attribution": attribution or {}}
            return _create(fingerprint=key, user=user, **came_by, **wanted)
    except IntegrityError:
        return Contribution.objects.select_related("checkout").filter(fingerprint=key).latest("pk")


def fingerprint(wanted: dict[str, Any]) -> str:
    """One short text for all that was asked for: the words are too long for an index."""
    return hashlib.sha256(json.dumps(wanted, sort_keys=True).encode()).hexdigest()


def _create(**fields: Any) -> Contribution:
    contribution = Contribution(**fields)
    kept = {name: fields[name] for name in KEPT_AT_STRIPE}
    contribution.checkout = prepare_checkout(
        purpose=Purpose.CONTRIBUTION,
        email=contribution.email,
        description=_("Donation to %s") % settings.NEWSROOM_NAME,
        price=contribution.total,
        interval=Interval(contribution.interval) if contribution.interval else None,
        user=contribution.user,
        terms=kept
        | {
            "campaign": contribution.campaign_code,
            "fee_cover": str(contribution.fee_cover) if contribution.fee_cover else "",
        }
        | contribution.attribution,
    )
    contribution.save()
    reached("contribution.written")
    return contribution


def receive_contribution(*, contribution: Contribution, payment: Payment, user: "User") -> None:
    """A payment for it has come: the first, or a renewal. The donor has one receipt by mail, for the first."""
    # Events come in any order: the first payment is the earliest, not the one that was heard of first.
    paid_at = min(contribution.paid_at or payment.paid_at, payment.paid_at)
    Contribution.objects.filter(pk=contribution.pk).update(is_open=False, user=user, paid_at=paid_at)
    owe_mail(kind=MailKind.DONATION_RECEIVED, reference=contribution.pk, recipient=contribution.email)


def tell_of_dedications(now: datetime | None = None) -> int:
    """Owes a mail to whoever should hear of a dedication, once staff have had time to stop it; how many."""
    now = now or timezone.now()
    waits = timedelta(hours=ContributionSettings.current().dedication_waits_hours)
    return sum(
        owe_once(
            Contribution.objects.to_be_told().filter(pk=contribution.pk),
            kind=MailKind.DEDICATION,
            reference=contribution.pk,
            recipient=contribution.notify_email,
            notified_at=now,
        )
        for contribution in Contribution.objects.to_be_told().held().filter(paid_at__lte=now - waits)
    )


def stop_dedications(chosen: "QuerySet[Contribution]") -> int:
    """Nobody is told of them any more; how many had not been told yet."""
    waiting = chosen.filter(notified_at__isnull=True, notify_stopped_at__isnull=True).exclude(notify_email="")
    return waiting.update(notify_stopped_at=timezone.now())
