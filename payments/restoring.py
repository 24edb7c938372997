"""Makes a checkout again that a restored backup has lost, from the copy of its terms that Stripe keeps."""

from collections.abc import Callable

from django.conf import settings

from payments.enums import Purpose
from payments.gateway.facts import Snapshot
from payments.gateway.opening import OWN_TERMS
from payments.models import Checkout

Restorer = Callable[[Checkout], bool]
_restorers: dict[Purpose, Restorer] = {}


def restores(purpose: Purpose) -> Callable[[Restorer], Restorer]:
    """Registers the function that makes what was asked for again. It answers whether the terms suffice for that."""

    def register(restorer: Restorer) -> Restorer:
        _restorers[purpose] = restorer
        return restorer

    return register


def restore_checkout(snapshot: Snapshot) -> Checkout | None:
    """The checkout, with what was asked for. None: the terms are not of this site, or do not suffice."""
    terms = snapshot.terms
    email = snapshot.customer.email if snapshot.customer else ""
    # Another installation on the same Stripe account has checkouts that we rightly do not know.
    if terms.get("site") != settings.SITE_URL or not email or terms.get("purpose") not in _restorers:
        return None
    purpose = Purpose(terms["purpose"])
    checkout = Checkout.objects.create(
        reference=snapshot.reference,
        purpose=purpose,
        email=email,
        description=terms.get("description", ""),
        amount=int(terms["amount"]),
        currency=terms["currency"],
        interval=terms.get("interval", ""),
        terms={key: text for key, text in terms.items() if key not in OWN_TERMS},
        livemode=snapshot.livemode,
    )
    return checkout if _restorers[purpose](checkout) else None
