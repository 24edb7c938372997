"""What staff do in Stripe's dashboard: the API's own operations, without a request that the site made."""

from collections.abc import Callable
from typing import Any

from sandbox import test_clocks
from sandbox.billing import subscriptions
from sandbox.errors import ParameterError, missing_parameter
from sandbox.routing import operation
from sandbox.showing import shown
from sandbox.spec.parameters import checked
from sandbox.switching import switch
from sandbox.types import Json
from sandbox.work import Work

SUBSCRIPTION = "/v1/subscriptions/{subscription_exposed_id}"

Asked = tuple[str, Json, Json]
"""An operation of the API, its parameters, and the identifiers in its path."""


@switch("POST", "dashboard")
def act(work: Work, body: Json) -> Json:
    """Do the `action` with the other fields of the body; answers as the API does."""
    action = ACTIONS.get(str(body.get("action")))
    if action is None:
        raise ParameterError(f"`action` must be one of {', '.join(ACTIONS)}.", param="action")
    name, params, identifiers = action(work, {key: value for key, value in body.items() if key != "action"})
    found = operation(name)
    params = checked(found.parameters(), params)
    with test_clocks.kept(work, params, identifiers):
        return shown(work, found.run(work, params, identifiers))


def _cancel(_: Work, body: Json) -> Asked:
    """End a subscription now or, `at_period_end`, when its period is over."""
    identifier = _taken(body, "subscription")
    if body.pop("at_period_end", False):
        return f"POST {SUBSCRIPTION}", {"cancel_at_period_end": True} | body, _subscription(identifier)
    return f"DELETE {SUBSCRIPTION}", body, _subscription(identifier)


def _change_price(work: Work, body: Json) -> Asked:
    """Let a subscription's only item have another `price`; `proration_behavior` as in the API."""
    identifier, price = _taken(body, "subscription"), _taken(body, "price")
    subscription = work.get("subscription", identifier, param="subscription")
    item = {"id": subscriptions.items(subscription)[0]["id"], "price": price}
    return f"POST {SUBSCRIPTION}", {"items": [item]} | body, _subscription(identifier)


def _pause(_: Work, body: Json) -> Asked:
    """Pause collection: `behavior` and `resumes_at` as in the API."""
    identifier = _taken(body, "subscription")
    pause = {"behavior": "void"} | body
    return f"POST {SUBSCRIPTION}", {"pause_collection": pause}, _subscription(identifier)


def _resume(_: Work, body: Json) -> Asked:
    identifier = _taken(body, "subscription")
    return f"POST {SUBSCRIPTION}", {"pause_collection": ""} | body, _subscription(identifier)


def _delete_customer(_: Work, body: Json) -> Asked:
    """Delete a customer, whose subscriptions end with them."""
    identifier = _taken(body, "customer")
    return "DELETE /v1/customers/{customer}", body, {"customer": identifier}


def _refund(_: Work, body: Json) -> Asked:
    """Refund a `charge` or a `payment_intent`, or an `amount` of it."""
    return "POST /v1/refunds", body, {}


def _edit_price(_: Work, body: Json) -> Asked:
    """Change a price: its `active`, `lookup_key`, `nickname` or `metadata`."""
    identifier = _taken(body, "price")
    return "POST /v1/prices/{price}", body, {"price": identifier}


def _edit_product(_: Work, body: Json) -> Asked:
    """Change a product: its `name`, `active`, `default_price` or `metadata`."""
    identifier = _taken(body, "product")
    return "POST /v1/products/{id}", body, {"id": identifier}


ACTIONS: dict[str, Callable[[Work, Json], Asked]] = {
    "cancel": _cancel,
    "change_price": _change_price,
    "delete_customer": _delete_customer,
    "edit_price": _edit_price,
    "edit_product": _edit_product,
    "pause": _pause,
    "resume": _resume,
    "refund": _refund,
}


def _taken(body: Json, name: str) -> Any:
    if not body.get(name):
        raise missing_parameter(name)
    return body.pop(name)


def _subscription(identifier: str) -> Json:
    return {"subscription_exposed_id": identifier}
