"""Stripe's catalogue: reads what stands there, and makes it as it is wanted. Raises GatewayError.

What is wanted and what is there are told in one shape for each kind (`Terms`), so that they can be compared.
Prices and coupons cannot be changed at Stripe: other terms are another object.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

from django.conf import settings

from payments.enums import CatalogueKind
from payments.gateway.client import client, our_errors
from payments.gateway.facts import CatalogueFacts
from payments.gateway.mapping import id_of

if TYPE_CHECKING:
    from stripe.params import CouponCreateParams, PriceCreateParams, ProductCreateParams

Terms = dict[str, Any]
_AT_ONCE = 10
"""Lookup keys that Stripe takes in one list."""


def put(kind: str, key: str, wanted: Terms, *, name: str, replaces: str, idempotency_key: str) -> str:
    """Makes Stripe have the item as wanted; its id there. `replaces`: the id that it had, if it had one.

    Called again, after the answer was lost or on another day, it finds what was made.
    """
    found = next(iter(find(kind, [key])), None)
    there = found.has if found else None
    if found and there == wanted:
        stripe_id = found.stripe_id
    elif found and _is_changeable(kind, there, wanted):
        stripe_id = _change(kind, found.stripe_id, wanted, idempotency_key)
    else:
        stripe_id = _make(kind, key, wanted, name, idempotency_key)
    old = {replaces, found.stripe_id if found else ""} - {"", stripe_id}
    if kind == CatalogueKind.PRICE:
        for each in sorted(old):
            _retire(each, f"{idempotency_key}-{each}")
    return stripe_id


def find(kind: str, keys: list[str]) -> Iterator[CatalogueFacts]:
    """What stands at Stripe under the keys; nothing for a key that nothing has."""
    if kind == CatalogueKind.PRICE:
        for first in range(0, len(keys), _AT_ONCE):
            with our_errors():
                listed = client().v1.prices.list(
                    {"lookup_keys": keys[first : first + _AT_ONCE], "limit": 100}
                )
            yield from map(_price_facts, listed.data)
        return
    for key in keys:
        if found := read(kind, key):
            yield found


def facts_of(kind: str, stripe_id: str) -> CatalogueFacts:
    """The same of something that has an id, be it that it is gone."""
    return read(kind, stripe_id) or CatalogueFacts(kind, "", stripe_id, settings.STRIPE_LIVEMODE, None)


def read(kind: str, stripe_id: str) -> CatalogueFacts | None:
    """The object as it is now; None where there is none."""
    services = {
        CatalogueKind.PRODUCT: (client().v1.products, _product_facts),
        CatalogueKind.PRICE: (client().v1.prices, _price_facts),
        CatalogueKind.COUPON: (client().v1.coupons, _coupon_facts),
    }
    service, facts = services[CatalogueKind(kind)]
    with our_errors():
        found = _or_none(cast(Any, service), stripe_id)
    return facts(found) if found and not getattr(found, "deleted", False) else None


def _or_none(service: Any, stripe_id: str) -> Any:
    import stripe

    try:
        return service.retrieve(stripe_id)
    except stripe.InvalidRequestError as error:
        if error.code == "resource_missing":
            return None
        raise


def _is_changeable(kind: str, there: Terms | None, wanted: Terms) -> bool:
    """Everything of a product, and of a price whether it is sold; of a coupon nothing."""
    if kind == CatalogueKind.PRODUCT:
        return True
    return kind == CatalogueKind.PRICE and there is not None and _fixed(there) == _fixed(wanted)


def _fixed(terms: Terms) -> Terms:
    return {name: value for name, value in terms.items() if name != "is_active"}


def _change(kind: str, stripe_id: str, wanted: Terms, idempotency_key: str) -> str:
    options: Any = {"idempotency_key": idempotency_key}
    with our_errors():
        if kind == CatalogueKind.PRODUCT:
            product: Any = {
                "name": wanted["name"],
                "description": wanted["description"],
                "active": wanted["is_active"],
            }
            client().v1.products.update(stripe_id, product, options)
        else:
            client().v1.prices.update(stripe_id, {"active": wanted["is_active"]}, options)
    return stripe_id


def _make(kind: str, key: str, wanted: Terms, name: str, idempotency_key: str) -> str:
    options: Any = {"idempotency_key": idempotency_key}
    with our_errors():
        if kind == CatalogueKind.PRODUCT:
            product = cast("ProductCreateParams", {"id": key} | _product_parameters(wanted))
            return client().v1.products.create(product, options).id
        if kind == CatalogueKind.COUPON:
            coupon = cast("CouponCreateParams", {"id": key} | _coupon_parameters(wanted, name))
            return client().v1.coupons.create(coupon, options).id
        price = cast("PriceCreateParams", _price_parameters(key, wanted, name))
        return client().v1.prices.create(price, options).id


def _retire(price_id: str, idempotency_key: str) -> None:
    """Nobody can be sold the price any more; who has it keeps it."""
    with our_errors():
        client().v1.prices.update(price_id, {"active": False}, {"idempotency_key": idempotency_key})


def _product_parameters(wanted: Terms) -> Terms:
    # An empty text is refused in what is new.
    described = {"description": wanted["description"]} if wanted["description"] else {}
    return {"name": wanted["name"], "active": wanted["is_active"]} | described


def _price_parameters(key: str, wanted: Terms, name: str) -> Terms:
    return {
        "product": wanted["product"],
        "unit_amount": wanted["amount"],
        "currency": wanted["currency"].lower(),
        "recurring": {"interval": wanted["interval"]},
        "nickname": name,
        "active": wanted["is_active"],
        "lookup_key": key,
        "transfer_lookup_key": True,
    }


def _coupon_parameters(wanted: Terms, name: str) -> Terms:
    months = wanted["months"]
    lasting = {"duration": "repeating", "duration_in_months": months} if months else {"duration": "once"}
    return lasting | {
        "name": name,
        "amount_off": wanted["amount_off"],
        "currency": wanted["currency"].lower(),
    }


def _product_facts(found: Any) -> CatalogueFacts:
    has = {"name": found.name, "description": found.description or "", "is_active": found.active}
    return CatalogueFacts(CatalogueKind.PRODUCT, found.id, found.id, found.livemode, has)


def _price_facts(found: Any) -> CatalogueFacts:
    has = {
        "product": id_of(found.product),
        "amount": found.unit_amount,
        "currency": found.currency.upper(),
        "interval": found.recurring.interval if found.recurring else "",
        "is_active": found.active,
    }
    return CatalogueFacts(CatalogueKind.PRICE, found.lookup_key or "", found.id, found.livemode, has)


def _coupon_facts(found: Any) -> CatalogueFacts:
    has = {
        "amount_off": found.amount_off,
        "currency": (found.currency or "").upper(),
        "months": found.duration_in_months if found.duration == "repeating" else None,
    }
    return CatalogueFacts(CatalogueKind.COUPON, found.id, found.id, found.livemode, has)
