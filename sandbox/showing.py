"""What an answer looks like: hidden fields gone, passing time applied, references expanded where asked."""

from collections.abc import Callable
from typing import Any

from sandbox import balance, coupons, disputes, webhooks
from sandbox.billing import invoices
from sandbox.catalog import options
from sandbox.errors import ParameterError
from sandbox.lists import inline
from sandbox.spec.description import fields_of
from sandbox.types import Json
from sandbox.work import Work, visible

DEEPEST = 4

Compute = Callable[[Work, Json], Any]

# Fields that Stripe leaves out until they are asked for.
ON_REQUEST: dict[tuple[str, str], Compute] = {
    ("charge", "refunds"): lambda work, thing: inline(
        work.every("refund", charge=thing["id"])[::-1], f"/v1/charges/{thing['id']}/refunds"
    ),
    ("checkout.session", "line_items"): lambda work, thing: inline(
        work.get("checkout.session", thing["id"])["_items"], f"/v1/checkout/sessions/{thing['id']}/line_items"
    ),
    ("customer", "subscriptions"): lambda work, thing: inline(
        _running(work, thing["id"])[::-1], f"/v1/customers/{thing['id']}/subscriptions"
    ),
    ("customer", "sources"): lambda work, thing: inline([], f"/v1/customers/{thing['id']}/sources"),
    ("customer", "tax_ids"): lambda work, thing: inline([], f"/v1/customers/{thing['id']}/tax_ids"),
    ("customer", "tax"): lambda work, thing: {
        "automatic_tax": "unrecognized_location",
        "ip_address": None,
        "location": None,
    },
    ("coupon", "currency_options"): lambda work, thing: {
        currency: {"amount_off": amount}
        for currency, amount in work.get("coupon", thing["id"])["_amounts"].items()
    },
    ("invoice", "payments"): lambda work, thing: inline(
        invoices.payments_of(work, thing)[::-1], f"/v1/invoice_payments?invoice={thing['id']}"
    ),
    ("invoice", "confirmation_secret"): lambda work, thing: _confirmation_secret(work, thing),
    ("price", "currency_options"): lambda work, thing: options(work.get("price", thing["id"])),
}

# Fields that change by themselves.
LIVE: dict[str, Compute] = {
    "coupon": lambda work, thing: thing | {"valid": coupons.is_valid(work, thing)},
    "balance_transaction": lambda work, thing: balance.with_status(work, thing),
    "dispute": lambda work, thing: disputes.shown(work, thing),
    "event": lambda work, thing: thing | {"pending_webhooks": webhooks.pending(work.store, thing["id"])},
}


def shown(work: Work, answer: Json, expand: list[str] | None = None) -> Json:
    """Return what the client sees of a handler's answer; its inner parts are shared with what is stored."""
    result = _visible(work, answer)
    for path in expand or []:
        if path.count(".") >= DEEPEST + 1:
            raise ParameterError("You cannot expand more than 4 levels of a property.", param="expand")
        result = _opened(work, result, path.split("."), path)
    return result


def _visible(work: Work, thing: Json) -> Json:
    """Its inner parts are shared with the object as it is stored: to be read, not changed."""
    if thing.get("object") == "list":
        return thing | {"data": [_visible(work, one) for one in thing["data"]]}
    live = LIVE.get(thing.get("object", ""))
    return visible(live(work, thing) if live and not thing.get("deleted") else thing)


def _opened(work: Work, node: Any, steps: list[str], path: str) -> Any:
    """Return the node with what the steps lead to written out; the node itself stays as it is."""
    if not steps or node is None:
        return node
    if isinstance(node, list):
        return [_opened(work, child, steps, path) for child in node]
    if not isinstance(node, dict):
        return node
    name, *rest = steps
    reached = _reached(work, node, name, path)
    return node | {name: _opened(work, reached, rest, path)}


def _reached(work: Work, node: Json, name: str, path: str) -> Any:
    """Return the field with its references replaced by what they refer to."""
    compute = ON_REQUEST.get((node.get("object", ""), name))
    if compute and not node.get(name):
        computed = compute(work, node)
        return _visible(work, computed) if isinstance(computed, dict) else computed
    if name not in node and name not in _known(node):
        raise ParameterError(f"This property cannot be expanded ({path}).", param="expand")
    value = node.get(name)
    if isinstance(value, str):
        return _followed(work, value, path)
    if isinstance(value, list):
        return [_followed(work, one, path) if isinstance(one, str) else one for one in value]
    return value


def _followed(work: Work, identifier: str, path: str) -> Json:
    thing = work.find(identifier)
    if thing is None:
        raise ParameterError(f"This property cannot be expanded ({path}).", param="expand")
    return _visible(work, thing)


def _known(node: Json) -> frozenset[str]:
    kind = node.get("object", "")
    return fields_of(kind) if kind and kind != "list" else frozenset()


def _running(work: Work, customer: str) -> list[Json]:
    return [one for one in work.every("subscription", customer=customer) if one["status"] != "canceled"]


def _confirmation_secret(work: Work, invoice: Json) -> Json | None:
    intent = invoices.intent_of(work, invoice)
    return {"client_secret": intent["client_secret"], "type": "payment_intent"} if intent else None
