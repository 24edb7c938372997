"""Makes a checkout again that a restored backup has lost, from the copy of its terms that Stripe keeps."""

from collections.abc import Callable

from django.conf import settings

from payments.enums import Purpose
from payments.gateway.facts import Snapshot
from payments.gateway.opening import OWN_TERMS
from payments.models import Checkout

Restorer = Callable[[Checkout], bool]
_restorers: dict[str, Restorer] = {}


def restores(purpose: Purpose) -> Callable[[Restorer], Restorer]:
    """Registers the function that makes what was asked for again. It answers whether the terms suffice for that."""

    def register(restorer: Restorer) -> Restorer:
        _restorers[purpose] = restorer
        return restorer

    return register


def restore_checkout(snapshot: Snapshot) -> Checkout | None:
    """The checkout, with what was asked for. None: the terms are not of this site, or do not suffice.

    Belongs into a transaction that is rolled back if it gives None.
    """
    terms, customer = snapshot.terms, snapshot.customer
    restorer = _restorers.get(terms.get("purpose", ""))
    # Another installation on the same Stripe account has checkouts that we rightly do not know.
    if terms.get("site") != settings.SITE_URL or restorer is None or customer is None or not customer.email:
        return None
    try:
        checkout = _create(snapshot, email=customer.email)
        return checkout if restorer(checkout) else None
    except (KeyError, ValueError):
        # Whoever may change things at Stripe may have changed these.
        return None


def _create(snapshot: Snapshot, *, email: str) -> Checkout:
    terms = snapshot.terms
    return Checkout.objects.create(
        reference=snapshot.reference,
        purpose=terms["purpose"],
        email=email.lower(),
        description=terms.get("description", ""),
        amount=int(terms["amount"]),
        first_amount=int(terms["first_amount"]) if terms.get("first_amount") else None,
        currency=terms["currency"],
        interval=terms.get("interval", ""),
        terms={key: text for key, text in terms.items() if key not in OWN_TERMS},
        livemode=snapshot.livemode,
    )
