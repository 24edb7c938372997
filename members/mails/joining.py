from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from members.enums import MailKind
from members.mails.cast import Cast
from members.mails.registry import mail
from members.models import Membership
from payments.models import Payment


def _sample_welcome(cast: Cast) -> dict[str, Any]:
    return _about_membership(Membership(tier=cast.tier, starts_on=cast.today))


@mail(MailKind.WELCOME, why=_("You get this mail because you became a member."), sample=_sample_welcome)
def welcome(reference: str) -> dict[str, Any]:
    """Of a membership."""
    return _about_membership(Membership.objects.select_related("tier", "payment").get(pk=reference))


def _sample_paid_twice(cast: Cast) -> dict[str, Any]:
    payment = Payment(amount=cast.money.amount, currency=cast.money.currency, paid_at=cast.now)
    return {"payment": payment}


@mail(MailKind.PAID_TWICE, why=_("You get this mail because you made a payment."), sample=_sample_paid_twice)
def paid_twice(reference: str) -> dict[str, Any]:
    """Of the second payment."""
    return {"payment": Payment.objects.get(pk=reference)}


def _about_membership(membership: Membership) -> dict[str, Any]:
    return {"membership": membership, "account_url": settings.SITE_URL + reverse("account")}
