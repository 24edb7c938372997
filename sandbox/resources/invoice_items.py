"""Invoice items over the API."""

from sandbox import catalog
from sandbox.billing.items import new_item, priced
from sandbox.errors import missing_parameter
from sandbox.money import known_currency
from sandbox.resources.common import readable
from sandbox.routing import serves
from sandbox.types import Json
from sandbox.work import Work

PATH = "/v1/invoiceitems"

readable("invoiceitem", PATH, "invoiceitem", columns={"pending": "_is_pending"})


@serves(f"POST {PATH}")
def create(work: Work, params: Json) -> Json:
    customer = work.get("customer", params.get("customer"), param="customer")
    invoice = {"invoice": params.get("invoice"), "metadata": params.get("metadata") or {}}
    return new_item(work, customer, **invoice, **_amounts(work, params))


@serves(f"DELETE {PATH}/{{invoiceitem}}")
def delete(work: Work, params: Json, identifier: str) -> Json:
    item = work.get("invoiceitem", identifier, param="invoiceitem")
    work.emit("invoiceitem.deleted", item)
    return work.delete(item)


def _amounts(work: Work, params: Json) -> Json:
    given = {"price": (params.get("pricing") or {}).get("price"), "price_data": params.get("price_data")}
    words = {"description": params["description"]} if params.get("description") else {}
    if given["price"] or given["price_data"]:
        wanted = given | {"quantity": params.get("quantity")}
        return priced(catalog.line(work, wanted, currency=params.get("currency"), path="pricing")) | words
    for name in ("amount", "currency"):
        if params.get(name) is None:
            raise missing_parameter(name)
    return {"amount": params["amount"], "currency": known_currency(params["currency"]), "quantity": 1} | words
