"""Products: what is sold."""

from sandbox import catalog
from sandbox.errors import StripeError
from sandbox.resources.common import apply, readable
from sandbox.routing import serves
from sandbox.types import Json
from sandbox.work import Work

PATH = "/v1/products"
FIELDS = (
    "active", "description", "images", "marketing_features", "metadata", "name", "package_dimensions", "shippable",
    "statement_descriptor", "tax_code", "unit_label", "url", "default_price",
)  # fmt: skip

readable("product", PATH, "id", columns={"ids": "id"})


@serves(f"POST {PATH}")
def create(work: Work, params: Json) -> Json:
    params = dict(params)
    params.pop("expand", None)
    if work.find(params.get("id")):
        raise StripeError("Product already exists.", code="resource_already_exists", param="id")
    product = catalog.new_product(work, params)
    if params.get("default_price_data"):
        price = catalog.new_price(work, params["default_price_data"] | {"product": product["id"]})
        product["default_price"] = price["id"]
        work.save(product)
    return product


@serves(f"POST {PATH}/{{id}}")
def update(work: Work, params: Json, identifier: str) -> Json:
    product = work.get("product", identifier)
    if params.get("default_price"):
        price = work.get("price", params["default_price"], param="default_price")
        if price["product"] != identifier or not price["active"]:
            message = "The default price must be an active price of the product."
            raise StripeError(message, param="default_price")
    previous = apply(work, product, params, FIELDS)
    if previous:
        product["updated"] = work.now
        work.save(product)
        work.emit("product.updated", product, previous)
    return product


@serves(f"DELETE {PATH}/{{id}}")
def delete(work: Work, params: Json, identifier: str) -> Json:
    product = work.get("product", identifier)
    if work.every("price", product=identifier):
        raise StripeError("This product cannot be deleted because it has one or more user-created prices.")
    work.emit("product.deleted", product)
    return work.delete(product)
