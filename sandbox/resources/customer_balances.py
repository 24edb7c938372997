"""What changed a customer's balance, and changing it by hand."""

from sandbox.billing import credit
from sandbox.errors import ParameterError
from sandbox.lists import page
from sandbox.money import known_currency
from sandbox.resources.common import picked
from sandbox.routing import serves
from sandbox.types import Json
from sandbox.work import Work

PATH = "/v1/customers/{customer}/balance_transactions"
KIND = "customer_balance_transaction"


@serves(f"GET {PATH}")
def list_them(work: Work, params: Json, identifier: str) -> Json:
    work.get("customer", identifier, param="customer")
    return page(work, KIND, params | {"customer": identifier}, url=PATH.format(customer=identifier))


@serves(f"GET {PATH}/{{transaction}}")
def retrieve(work: Work, params: Json, identifier: str, transaction: str) -> Json:
    return work.get(KIND, transaction, param="transaction")


@serves(f"POST {PATH}")
def create(work: Work, params: Json, identifier: str) -> Json:
    customer = work.get("customer", identifier, param="customer")
    currency = known_currency(params["currency"])
    if customer["currency"] not in (None, currency):
        raise ParameterError("The customer's balance is in another currency.", param="currency")
    fields = picked(params, ("description",))
    moved = credit.move(work, customer, params["amount"], currency, type="adjustment", **fields)
    if moved is None:
        raise ParameterError("The amount must not be zero.", param="amount")
    return moved
