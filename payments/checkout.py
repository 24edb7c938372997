"""Opening Stripe's page: our row first, the call second, so that nothing is ever asked for twice."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import structlog
from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from payments.catalogue import COMPARE
from payments.checkpoints import reached
from payments.doorbell import ring
from payments.enums import CheckoutStatus, Interval, Purpose
from payments.gateway.facts import Refused
from payments.gateway.opening import open_session
from payments.models import Checkout, Customer
from payments.money import Money

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser

log = structlog.get_logger(__name__)

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
    **catalogue: Any,
) -> Checkout:
    """Writes the attempt down. Stripe does not know of it yet.

    `catalogue`: what of Stripe's catalogue is sold and how it begins: `product_id`, `price_id`, `coupon_id`,
    `first_amount`, `trial_days`.

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
        **catalogue,
    )


def open_checkout(checkout: Checkout, *, return_view: str, cancel_path: str) -> str:
    """The address of Stripe's page for the attempt, opened now or before. Raises GatewayError.

    Called by twenty at once, or again after the answer was lost, it gives one and the same page: the
    idempotency key and everything that is sent were stored before the first call.
    """
    if checkout.url:
        return checkout.url
    reached("checkout.unopened")
    urls = {
        "success_url": settings.SITE_URL + reverse(return_view, args=[checkout.reference]),
        "cancel_url": settings.SITE_URL + cancel_path,
    }
    try:
        session = open_session(checkout, **urls)
    except Refused:
        if not (checkout.product_id or checkout.price_id):
            raise
        _leave_catalogue(checkout)
        session = open_session(checkout, **urls)
    reached("checkout.opened_at_stripe")
    Checkout.objects.filter(pk=checkout.pk).update(session_id=session.session_id, url=session.url)
    reached("checkout.opened")
    return session.url


def _leave_catalogue(checkout: Checkout) -> None:
    """Somebody has changed at Stripe what we sell. It costs us no reader: Stripe is told what to charge instead."""
    log.warning("catalogue_refused", product_id=checkout.product_id, price_id=checkout.price_id)
    # Other words need another key; of two at once, both end with the same.
    Checkout.objects.filter(pk=checkout.pk, idempotency_key=checkout.idempotency_key).update(
        product_id="", price_id="", idempotency_key=uuid4()
    )
    checkout.refresh_from_db()
    ring(COMPARE)


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
