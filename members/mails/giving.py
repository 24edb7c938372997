from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from members.enums import MailKind
from members.gifts.gift_links import url_for
from members.mails.cast import Cast
from members.mails.registry import mail
from members.models import Gift
from payments.models import Checkout

_WHY = _("You get this mail because you bought a gift.")


def _sample(cast: Cast) -> dict[str, Any]:
    return _about(Gift(tier=cast.tier, months=12, giver_email=cast.email, checkout=Checkout()))


@mail(MailKind.GIFT_READY, why=_WHY, sample=_sample)
def gift_ready(reference: str) -> dict[str, Any]:
    return _about(_gift(reference))


@mail(MailKind.GIFT_REDEEMED, why=_WHY, sample=_sample)
def gift_redeemed(reference: str) -> dict[str, Any]:
    return _about(_gift(reference))


def _gift(reference: str) -> Gift:
    return Gift.objects.select_related("tier", "payment", "checkout").get(pk=reference)


def _about(gift: Gift) -> dict[str, Any]:
    thanks_url = settings.SITE_URL + reverse("thanks", args=[gift.checkout.reference])
    return {"gift": gift, "gift_url": url_for(gift.reference), "thanks_url": thanks_url}
