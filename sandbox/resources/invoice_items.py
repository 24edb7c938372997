"""Invoice items: amounts that wait for the customer's next invoice."""

from sandbox import catalog
from sandbox.errors import missing_parameter
from sandbox.resources.common import readable
from sandbox.routing import serves
from sandbox.types import Json
from sandbox.work import Work

PATH = "/v1/invoiceitems"

readable("invoiceitem", PATH, "invoiceitem", columns={"pending": "_is_pending"})


@serves(f"POST {PATH}")
def create(work: Work, params: Json) -> Json:
    customer = work.get("customer", params.get("customer"), param="customer")
    item = work.new(
        "invoiceitem",
        customer=customer["id"],
        date=work.now,
        discountable=True,
        discounts=[],
        invoice=params.get("invoice"),
        metadata=params.get("metadata") or {},
        period={"start": work.now, "end": work.now},
        tax_rates=[],
        _is_pending=params.get("invoice") is None,
        **_priced(work, params),
    )
    work.emit("invoiceitem.created", item)
    return item


@serves(f"DELETE {PATH}/{{invoiceitem}}")
def delete(work: Work, params: Json, identifier: str) -> Json:
    item = work.get("invoiceitem", identifier, param="invoiceitem")
    work.emit("invoiceitem.deleted", item)
    return work.delete(item)


def _priced(work: Work, params: Json) -> Json:
    quantity = params.get("quantity") or 1
    given = {"price": (params.get("pricing") or {}).get("price"), "price_data": params.get("price_data")}
    if given["price"] or given["price_data"]:
        line = catalog.line(
            work, given | {"quantity": quantity}, currency=params.get("currency"), path="pricing"
        )
        words = {"amount": line.amount, "currency": line.currency, "_unit_amount": line.unit_amount}
        words |= {"description": params.get("description") or line.name, "_price": line.price["id"]}
        return words | {"quantity": quantity, "pricing": _pricing(line)}
    if params.get("amount") is None or not params.get("currency"):
        raise missing_parameter("amount")
    amount = params["amount"]
    return {
        "amount": amount,
        "currency": params["currency"].lower(),
        "description": params.get("description"),
        "quantity": 1,
    }


def _pricing(line: catalog.Line) -> Json:
    return {
        "price_details": {"price": line.price["id"], "product": line.price["product"]},
        "type": "price_details",
        "unit_amount_decimal": str(line.unit_amount),
    }
