"""Checkouts for subscriptions that another system sold, so that their renewals are recorded like any other.

What was paid before stays out of our books: nobody here asked for it, and it is no money of a checkout of ours.
"""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone

from payments.enums import CheckoutStatus, Purpose
from payments.gateway.adopting import Strange
from payments.gateway.facts import InvoiceFacts
from payments.models import Checkout

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser

ORIGIN, SINCE = "origin", "since"
"""Terms of such a checkout, kept at Stripe with the others."""
IMPORT = "import"


def prepare_adoption(
    found: Strange, *, user: "AbstractBaseUser", email: str, description: str, terms: dict[str, str]
) -> Checkout:
    """The checkout that the subscription might have come of, with the key of the call that will mark it as ours."""
    return Checkout.objects.create(
        purpose=Purpose.MEMBERSHIP,
        user=user,  # type: ignore[misc]  # payments know people as AUTH_USER_MODEL alone
        email=email,
        description=description,
        amount=found.amount or 0,
        currency=found.currency,
        interval=found.interval,
        product_id=found.product_id,
        price_id=found.price_id,
        terms=terms | {ORIGIN: IMPORT, SINCE: str(found.since)},
        status=CheckoutStatus.PAID,
        completed_at=timezone.now(),
        stripe_customer_id=found.customer_id,
        livemode=settings.STRIPE_LIVEMODE,
    )


def is_adopted(checkout: Checkout) -> bool:
    """It was sold elsewhere."""
    return bool(checkout.terms.get(ORIGIN) == IMPORT)


def is_past(checkout: Checkout, invoice: InvoiceFacts | None) -> bool:
    """The invoice was settled before the subscription became ours."""
    since = checkout.terms.get(SINCE, "")
    if invoice is None or not is_adopted(checkout) or not since.isdecimal():
        return False
    return invoice.settled_at <= datetime.fromtimestamp(int(since), UTC)
