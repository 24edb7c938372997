"""The links of newsletters, signed: one confirms what an address asked for, the other ends a subscription."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.urls import reverse

from members.models import NewsletterSubscription

CONFIRM_WITHIN = timedelta(days=7)
_CONFIRM, _END = "members.newsletters.confirm", "members.newsletters.end"


def confirm_url(subscriptions: Iterable[int]) -> str:
    """For who reads the address's mail; works for a week."""
    return _url("newsletters_confirm", signing.dumps(list(subscriptions), salt=_CONFIRM))


def end_url(subscription: NewsletterSubscription) -> str:
    """For a newsletter's last line; never ends to work."""
    return _url("newsletters_end", signing.dumps(subscription.pk, salt=_END))


def to_confirm(token: str) -> Sequence[NewsletterSubscription]:
    """What the link confirms; nothing if it is not ours, or too old."""
    try:
        pks = signing.loads(token, salt=_CONFIRM, max_age=CONFIRM_WITHIN)
    except signing.BadSignature:
        return []
    return list(NewsletterSubscription.objects.filter(pk__in=pks).select_related("newsletter"))


def to_end(token: str) -> NewsletterSubscription | None:
    """What the link ends; None if it is not one of ours."""
    try:
        pk = signing.loads(token, salt=_END)
    except signing.BadSignature:
        return None
    return NewsletterSubscription.objects.select_related("newsletter").filter(pk=pk).first()


def _url(view: str, token: str) -> str:
    return str(settings.SITE_URL + reverse(view, args=[token]))
