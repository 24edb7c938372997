"""Stripe's customer portal, of which we use two things: another card, and old invoices. All else is ours."""

import hashlib
import json
from typing import Any

from django.conf import settings

from payments.gateway.client import client, our_errors
from payments.gateway.opening import METADATA_PREFIX

_MARK = f"{METADATA_PREFIX}portal"
_CARD: dict[str, Any] = {"payment_method_update": {"enabled": True}}
_WHOLE: dict[str, Any] = _CARD | {"invoice_history": {"enabled": True}}


def portal_address(customer_id: str, *, return_url: str, saved_url: str = "") -> str:
    """Where the customer can do so for some minutes. With `saved_url`: put in another card, and nothing else.

    A session moves nothing and is good for minutes: asked for twice, the other is simply left. Raises GatewayError.
    """
    asked: dict[str, Any] = {"customer": customer_id, "return_url": return_url}
    if saved_url:
        completion = {"type": "redirect", "redirect": {"return_url": saved_url}}
        asked["flow_data"] = {"type": "payment_method_update", "after_completion": completion}
    asked["configuration"] = _configuration(_CARD if saved_url else _WHOLE)
    with our_errors():
        return client().v1.billing_portal.sessions.create(asked).url  # type: ignore[arg-type]


def _configuration(features: dict[str, Any]) -> str:
    """Ours with these features, found by its mark, or made now: nobody's dashboard decides what readers can do."""
    mark = hashlib.sha256(json.dumps(features, sort_keys=True).encode()).hexdigest()[:16]
    with our_errors():
        listed = client().v1.billing_portal.configurations.list({"active": True, "limit": 100})
        for found in listed.auto_paging_iter():
            if found.metadata and found.metadata.to_dict().get(_MARK) == mark:
                return found.id
        wanted: Any = {
            "features": features,
            "default_return_url": settings.SITE_URL,
            "metadata": {_MARK: mark},
        }
        options: Any = {"idempotency_key": f"{_MARK}:{settings.SITE_URL}:{mark}"}
        return client().v1.billing_portal.configurations.create(wanted, options).id
