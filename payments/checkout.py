"""Opening Stripe's page: our row first, the call second, so that nothing is ever asked for twice."""

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from payments.checkpoints import reached
from payments.enums import CheckoutStatus, Interval, Purpose
from payments.gateway.opening import open_session
from payments.models import Checkout, Customer
from payments.money import Money

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser

LIFETIME = timedelta(minutes=60)
"""How long Stripe's page stays open. Stripe takes 30 minutes at the least, counted when it hears of it."""
LATEST_OPENING = timedelta(minutes=25)


def prepare_checkout(
    *,
    purpose: Purpose,
    email: str,
    description: str,
    price: Money,
    interval: Interval | None = None,
    user: "AbstractBaseUser | None" = None,
    terms: dict[str, str] | None = None,
) -> Checkout:
    """Writes the attempt down. Stripe does not know of it yet.

    `terms`: what the buyer gets, enough for `restoring` to make it again. Each text is cut at 500 characters there.
    """
    return Checkout.objects.create(
        purpose=purpose,
        user=user,  # type: ignore[misc]  # payments know people as AUTH_USER_MODEL alone
        email=email,
        description=description,
        amount=price.amount,
        currency=price.currency,
        interval=interval or "",
        terms={name: text for name, text in (terms or {}).items() if text},
        livemode=settings.STRIPE_LIVEMODE,
        stripe_customer_id=_customer_id(user, price.currency),
        expires_at=timezone.now() + LIFETIME,
    )


def open_checkout(checkout: Checkout, *, return_view: str, cancel_path: str) -> str:
    """The address of Stripe's page for the attempt, opened now or before. Raises GatewayError.

    Called by twenty at once, or again after the answer was lost, it gives one and the same page: the
    idempotency key and everything that is sent were stored before the first call.
    """
    if checkout.url:
        return checkout.url
    reached("checkout.unopened")
    session = open_session(
        checkout,
        success_url=settings.SITE_URL + reverse(return_view, args=[checkout.reference]),
        cancel_url=settings.SITE_URL + cancel_path,
    )
    reached("checkout.opened_at_stripe")
    Checkout.objects.filter(pk=checkout.pk).update(session_id=session.session_id, url=session.url)
    reached("checkout.opened")
    return session.url


def is_usable(checkout: Checkout) -> bool:
    """A reader who asks for the same again may be sent to this attempt."""
    if checkout.status != CheckoutStatus.OPEN:
        return False
    now = timezone.now()
    if not checkout.url:
        return checkout.created_at > now - LATEST_OPENING
    return checkout.expires_at is not None and checkout.expires_at > now + timedelta(minutes=1)


def _customer_id(user: "AbstractBaseUser | None", currency: str) -> str:
    """A signed-in reader keeps their Stripe customer; an address alone proves nothing.

    Stripe lets a customer subscribe in one currency alone, so each currency has a customer of its own.
    """
    if user is None:
        return ""
    customers = Customer.objects.filter(
        user_id=user.pk, livemode=settings.STRIPE_LIVEMODE, payments__currency=currency
    )
    return customers.order_by("-pk").values_list("stripe_id", flat=True).first() or ""
