"""Links to the card page, for mails: whoever was written to can put in another card without signing in.

Each is bound to a subscription, to what it opens, and to a time; none opens anything else of its reader's.
"""

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.core import signing
from django.urls import reverse

from payments.models import Subscription

LASTS = timedelta(days=30)
_CARD, _BACK = "members.card-link", "members.card-back"


def card_url(subscription: Subscription) -> str:
    """The whole link to the page on which another card can be put in."""
    return str(settings.SITE_URL + reverse("card", args=[_signer(_CARD).sign(str(subscription.pk))]))


def subscription_of(token: str) -> Subscription | None:
    """Whose card the link changes; None: it is none of ours, or too old."""
    return _opened(token, _CARD)


def back_url(subscription: Subscription) -> str:
    """The whole link by which a reader who leaves for Stripe's portal now is to come back, with a card saved."""
    return str(settings.SITE_URL + reverse("card_back", args=[_signer(_BACK).sign(str(subscription.pk))]))


def back_from_portal(token: str) -> tuple[Subscription, datetime] | None:
    """Whose, and when they left."""
    subscription = _opened(token, _BACK)
    if subscription is None:
        return None
    left_at = signing.b62_decode(token.split(".")[1])
    return subscription, datetime.fromtimestamp(left_at, UTC)


def _opened(token: str, salt: str) -> Subscription | None:
    try:
        pk = _signer(salt).unsign(token, max_age=LASTS)
    except signing.BadSignature:
        return None
    found = Subscription.objects.select_related("customer", "checkout")
    return found.filter(pk=pk).first()


def _signer(salt: str) -> signing.TimestampSigner:
    # A colon at the end of a link is lost in some mail programs.
    return signing.TimestampSigner(sep=".", salt=salt)
