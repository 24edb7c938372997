"""Gifts: asked for, bought, redeemed once."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _, ngettext

from members.changes.history import write_change
from members.enums import ActorKind, ChangeKind, MailKind, Origin
from members.gifts.gift_links import hash_of, token_for
from members.models import Gift, GiftOffer, Membership
from members.models.user import normalise_email
from members.outbox.mailing import owe_mail
from members.periods import add_months, day_of
from payments.checkout import is_usable, prepare_checkout
from payments.checkpoints import reached
from payments.enums import Purpose, Standing
from payments.ledger.entries import post_gift_redeemed
from payments.models import Checkout, Payment

if TYPE_CHECKING:
    from members.models import User

CLAIM_WINDOW = timedelta(days=365)


class CannotRedeem(Exception):
    """The gift is somebody else's by now, its time is over, or its money went back. Nothing was changed."""


def start_gift(
    *,
    offer: GiftOffer,
    email: str,
    user: "User | None" = None,
    giver_name: str = "",
    recipient_name: str = "",
    message: str = "",
    campaign_code: str = "",
) -> Gift:
    """The open gift for this; asked for again before it is paid, the same one.

    Other words make another gift: whoever types a giver's address must not rewrite what they are about to send.
    """
    wanted: dict[str, Any] = {
        "giver_email": normalise_email(email),
        "tier": offer.tier,
        "months": offer.months,
        "recipient_name": recipient_name,
        "giver_name": giver_name,
        "message": message,
    }
    found = Gift.objects.filter(**wanted, is_open=True).select_related("checkout").first()
    if found and is_usable(found.checkout) and found.checkout.money == offer.price:
        return found
    try:
        with transaction.atomic():
            if found:
                Gift.objects.filter(pk=found.pk).update(is_open=False)
            return _create(offer=offer, user=user, campaign_code=campaign_code, **wanted)
    except IntegrityError:
        return Gift.objects.select_related("checkout").filter(**wanted).latest("pk")


def _create(*, offer: GiftOffer, user: "User | None", giver_email: str, **fields: Any) -> Gift:
    reference = uuid4()
    words = ("giver_name", "recipient_name", "message")
    checkout = prepare_checkout(
        purpose=Purpose.GIFT,
        email=giver_email,
        description=_description(offer),
        price=offer.price,
        user=user,
        terms={name: fields[name] for name in words}
        | {
            "gift": str(reference),
            "tier": offer.tier.slug,
            "months": str(offer.months),
            "campaign": fields["campaign_code"],
        },
    )
    return Gift.objects.create(
        reference=reference,
        token_hash=hash_of(token_for(reference)),
        giver_email=giver_email,
        checkout=checkout,
        **fields,
    )


def _description(offer: GiftOffer) -> str:
    months = ngettext("%d month", "%d months", offer.months) % offer.months
    return _("Gift: %(months)s, %(tier)s") % {"months": months, "tier": offer.tier.name}


def activate_gift(*, gift: Gift, payment: Payment) -> None:
    """The gift is paid for: from now on its link can be redeemed."""
    gift.payment = payment
    gift.is_open = False
    gift.claim_until = payment.paid_at + CLAIM_WINDOW
    gift.save(update_fields=["payment", "is_open", "claim_until"])
    owe_mail(kind=MailKind.GIFT_READY, reference=gift.pk, recipient=gift.giver_email)


def find_gift(token: str) -> Gift | None:
    """The paid gift whose link has this token."""
    found = Gift.objects.filter(token_hash=hash_of(token), payment__isnull=False)
    return found.select_related("tier", "payment").first()


@transaction.atomic
def redeem_gift(*, gift: Gift, user: "User", now: datetime | None = None) -> Membership:
    """Starts the membership today. Redeemed again by the same person, gives what there is. Raises CannotRedeem."""
    now = now or timezone.now()
    # One conditional update decides between any number of people at once.
    # … and the lock keeps refunds and disputes of its payment out meanwhile.
    Checkout.objects.select_for_update().get(pk=gift.checkout_id)
    is_won = Gift.objects.filter(
        pk=gift.pk, payment__standing=Standing.HELD, redeemed_at__isnull=True, claim_until__gt=now
    ).update(redeemed_at=now, redeemed_by=user)
    gift.refresh_from_db()
    if not is_won:
        return _redeemed_before(gift, user)
    if gift.payment is None:
        raise CannotRedeem("the gift is not paid for")
    starts_on = day_of(now)
    membership = Membership.objects.create(
        user=user,
        tier=gift.tier,
        origin=Origin.GIFT,
        gift=gift,
        starts_on=starts_on,
        ends_on=add_months(starts_on, gift.months),
        granted_at=now,
        campaign_code=gift.campaign_code,
    )
    write_change(
        key=f"gift:{gift.reference}",
        kind=ChangeKind.REDEEMED,
        user=user,
        done_at=now,
        actor_kind=ActorKind.READER,
        actor=user,
        membership=membership,
    )
    reached("gift.redeemed")
    post_gift_redeemed(payment=gift.payment, source=f"gift:{gift.reference}", redeemed_at=now)
    owe_mail(kind=MailKind.GIFT_REDEEMED, reference=gift.pk, recipient=gift.giver_email)
    return membership


def _redeemed_before(gift: Gift, user: "User") -> Membership:
    if gift.redeemed_by_id == user.pk:
        return gift.membership
    if gift.redeemed_at:
        raise CannotRedeem("the gift was redeemed by somebody else")
    is_ours = gift.payment is not None and gift.payment.standing == Standing.HELD
    raise CannotRedeem("the gift's time is over" if is_ours else "the gift's money went back, or is disputed")
