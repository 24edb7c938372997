from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from members.enums import MailKind
from members.mails.cast import Cast
from members.mails.registry import mail
from members.models import Membership
from members.periods import add_months


def _sample(cast: Cast) -> dict[str, Any]:
    return _about(Membership(tier=cast.tier, starts_on=cast.today, ends_on=add_months(cast.today, 12)))


@mail(MailKind.COMP_GRANTED, why=_("You get this mail because we gave you a membership."), sample=_sample)
def comp_granted(reference: str) -> dict[str, Any] | None:
    """Of a membership, unless it has been ended meanwhile."""
    membership = Membership.objects.select_related("tier").get(pk=reference)
    return _about(membership) if membership.is_active else None


def _about(membership: Membership) -> dict[str, Any]:
    return {"membership": membership, "account_url": settings.SITE_URL + reverse("account")}
