from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from members.enums import MailKind
from members.gifts.gift_links import url_for
from members.mails.cast import Cast
from members.mails.registry import Context, mail
from members.models import Gift, MembershipChange


def _sample_address(cast: Cast) -> Context:
    return {"email": f"new-{cast.email}"}


@mail(
    MailKind.ADDRESS_CHANGED,
    why=_("You get this mail because this was the address of your account."),
    sample=_sample_address,
)
def address_changed(reference: str) -> Context:
    """Of the change."""
    return {"email": _hint(MembershipChange.objects.get(pk=reference).after["email"])}


def _hint(email: str) -> str:
    """Enough to know one's own address by, and not enough for whoever reads the old mailbox."""
    name, _at, host = email.partition("@")
    return f"{name[:1]}…@{host}"


def _sample_moved(cast: Cast) -> Context:
    return {"account_url": settings.SITE_URL + reverse("account"), "gift_url": "", "email": cast.email}


@mail(
    MailKind.PURCHASE_MOVED,
    why=_("You get this mail because something that you bought is in your account now."),
    sample=_sample_moved,
)
def purchase_moved(reference: str) -> Context:
    """Of the change and the checkout, with a colon between."""
    change, _colon, checkout = reference.partition(":")
    gift = Gift.objects.filter(checkout=int(checkout), payment__isnull=False).first()
    return {
        "account_url": settings.SITE_URL + reverse("account"),
        "gift_url": url_for(gift.reference) if gift and gift.is_waiting else "",
        "email": MembershipChange.objects.get(pk=change).after.get("email", ""),
    }
