"""Prices: one-time or recurring, in one currency or several."""

from sandbox import catalog
from sandbox.errors import StripeError
from sandbox.lists import page
from sandbox.resources.common import apply, retrievable
from sandbox.routing import serves
from sandbox.types import Json
from sandbox.work import Work

PATH = "/v1/prices"
FIELDS = ("active", "lookup_key", "metadata", "nickname", "tax_behavior")

retrievable("price", PATH, "price")


@serves(f"GET {PATH}")
def list_them(work: Work, params: Json) -> Json:
    return page(work, "price", params, url=PATH, columns={"lookup_keys": "lookup_key"})


@serves(f"POST {PATH}")
def create(work: Work, params: Json) -> Json:
    return catalog.new_price(work, params)


@serves(f"POST {PATH}/{{price}}")
def update(work: Work, params: Json, identifier: str) -> Json:
    price = work.get("price", identifier, param="price")
    if params.get("active") is False and work.every("product", default_price=identifier):
        message = "This price cannot be archived because it is the default price of its product."
        raise StripeError(message, param="active")
    if "lookup_key" in params and params["lookup_key"] != price["lookup_key"]:
        catalog.claim_lookup_key(work, params)
    if params.get("currency_options"):
        price["_currency_options"] |= catalog.currency_options(params["currency_options"])
    previous = apply(work, price, params, FIELDS)
    if previous:
        work.emit("price.updated", price, previous)
    return price
