"""Coupons over the API."""

from sandbox import coupons
from sandbox.billing import discounting
from sandbox.money import known_currency
from sandbox.resources.common import apply, readable
from sandbox.routing import serves
from sandbox.types import Json
from sandbox.work import Work

PATH = "/v1/coupons"

readable("coupon", PATH, "coupon")


@serves(f"POST {PATH}")
def create(work: Work, params: Json) -> Json:
    return coupons.new_coupon(work, params)


@serves(f"POST {PATH}/{{coupon}}")
def update(work: Work, params: Json, identifier: str) -> Json:
    coupon = work.get("coupon", identifier, param="coupon")
    for currency, option in (params.get("currency_options") or {}).items():
        coupon["_amounts"][known_currency(currency)] = option["amount_off"]
    previous = apply(work, coupon, params, ("metadata", "name"))
    work.emit("coupon.updated", coupon, previous)
    return coupon


@serves(f"DELETE {PATH}/{{coupon}}")
def delete(work: Work, params: Json, identifier: str) -> Json:
    return discounting.forget(work, work.get("coupon", identifier, param="coupon"))
