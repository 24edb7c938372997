"""Products and prices, and what a line of so many of them costs."""

from dataclasses import dataclass
from typing import Any

from sandbox.errors import StripeError, missing_parameter, not_simulated
from sandbox.money import known_currency
from sandbox.types import Json
from sandbox.work import Work

UNPRICED = ("tiers", "transform_quantity", "custom_unit_amount")


def new_product(work: Work, given: Json) -> Json:
    """Create a product from Stripe's parameters."""
    fields = {name: value for name, value in given.items() if name not in ("default_price_data", "id")}
    if given.get("id"):
        fields["id"] = given["id"]
    defaults: Json = {
        "active": True,
        "images": [],
        "marketing_features": [],
        "metadata": {},
        "type": "service",
        "updated": work.now,
    }
    product = work.new("product", **defaults | fields)
    work.emit("product.created", product)
    return product


def new_price(work: Work, given: Json, *, is_inline: bool = False) -> Json:
    """Create a price. Inline ones, made by a checkout or a subscription, are not offered to anybody else."""
    for name in UNPRICED:
        if given.get(name):
            raise not_simulated(name)
    amount = _unit_amount(given)
    fields: Json = {
        "active": False if is_inline else given.get("active", True),
        "billing_scheme": "per_unit",
        "currency": known_currency(given["currency"]),
        "lookup_key": given.get("lookup_key"),
        "metadata": given.get("metadata") or {},
        "nickname": given.get("nickname"),
        "product": _product_of(work, given, is_inline),
        "recurring": _recurring(given.get("recurring")),
        "tax_behavior": given.get("tax_behavior") or "unspecified",
        "type": "recurring" if given.get("recurring") else "one_time",
        "unit_amount": amount,
        "unit_amount_decimal": str(amount),
    }
    claim_lookup_key(work, given)
    offered = {fields["currency"]: {"unit_amount": amount}} | (given.get("currency_options") or {})
    price = work.new("price", **fields, _currency_options=currency_options(offered))
    work.emit("price.created", price)
    return price


def _unit_amount(given: Json) -> int:
    if given.get("unit_amount") is not None:
        return int(given["unit_amount"])
    decimal = given.get("unit_amount_decimal")
    if decimal is None:
        raise missing_parameter("unit_amount")
    if not decimal.isdigit():
        raise not_simulated("unit_amount_decimal")
    return int(decimal)


def _product_of(work: Work, given: Json, is_inline: bool) -> str:
    if given.get("product"):
        return str(work.get("product", given["product"], param="product")["id"])
    if not given.get("product_data"):
        raise missing_parameter("product")
    return str(new_product(work, given["product_data"] | ({"active": False} if is_inline else {}))["id"])


def _recurring(given: Json | None) -> Json | None:
    if not given:
        return None
    if given.get("usage_type") == "metered":
        raise not_simulated("recurring[usage_type]")
    return {
        "interval": given["interval"],
        "interval_count": given.get("interval_count") or 1,
        "meter": None,
        "usage_type": "licensed",
    }


def currency_options(given: Json) -> Json:
    """Complete Stripe's `currency_options` parameter, by lower-case currency."""
    return {known_currency(currency): _currency_option(option) for currency, option in given.items()}


def _currency_option(option: Json) -> Json:
    amount = option.get("unit_amount")
    return {
        "custom_unit_amount": None,
        "tax_behavior": option.get("tax_behavior") or "unspecified",
        "unit_amount": amount,
        "unit_amount_decimal": None if amount is None else str(amount),
    }


def claim_lookup_key(work: Work, given: Json) -> None:
    """Free the lookup key from the price that holds it, if the caller asks for that; refuse otherwise."""
    key = given.get("lookup_key")
    for holder in work.every("price", lookup_key=key) if key else []:
        if not given.get("transfer_lookup_key"):
            message = f"A price (`{holder['id']}`) already uses that lookup key."
            raise StripeError(message, code="resource_already_exists", param="lookup_key")
        holder["lookup_key"] = None
        work.save(holder)
        work.emit("price.updated", holder, {"lookup_key": key})


@dataclass(frozen=True)
class Line:
    """So many of a price in a currency; `amount` in minor units."""

    price: Json
    quantity: int
    currency: str
    unit_amount: int
    name: str

    @property
    def amount(self) -> int:
        return self.unit_amount * self.quantity

    @property
    def is_recurring(self) -> bool:
        return bool(self.price["type"] == "recurring")


def line(work: Work, given: Json, *, currency: str | None = None, path: str) -> Line:
    """Read one of Stripe's `{price | price_data, quantity}`; `currency` picks among the price's options."""
    price = _price_of(work, given, path)
    chosen = (currency or price["currency"]).lower()
    option = price["_currency_options"].get(chosen)
    if option is None:
        message = f"The price specified supports currencies of {', '.join(price['_currency_options'])}."
        raise StripeError(message, param=f"{path}[price]")
    quantity = given["quantity"] if given.get("quantity") is not None else 1
    return Line(price, quantity, chosen, option["unit_amount"], work.get("product", price["product"])["name"])


def _price_of(work: Work, given: Json, path: str) -> Json:
    if given.get("price_data"):
        return new_price(work, given["price_data"], is_inline=True)
    if not given.get("price"):
        raise missing_parameter(f"{path}[price]")
    price = work.get("price", given["price"], param=f"{path}[price]")
    if not price["active"]:
        message = "The price specified is inactive. This field only accepts active prices."
        raise StripeError(message, param=f"{path}[price]")
    return price


def options(price: Json) -> dict[str, Any]:
    """Return `currency_options`, which Stripe shows only when asked to expand it."""
    return dict(price["_currency_options"])
