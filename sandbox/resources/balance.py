"""The balance, and the movements it is made of."""

from sandbox import balance, payouts
from sandbox.lists import page
from sandbox.resources.common import retrievable
from sandbox.routing import serves
from sandbox.types import Json
from sandbox.work import Work

PATH = "/v1/balance_transactions"

retrievable("balance_transaction", PATH, "id")


@serves(f"GET {PATH}")
def list_them(work: Work, params: Json) -> Json:
    if params.get("payout"):
        payouts.check_itemised(work, params["payout"])
    return page(work, "balance_transaction", params, url=PATH, columns={"payout": "_payout"})


@serves("GET /v1/balance")
def retrieve_balance(work: Work, params: Json) -> Json:
    return balance.as_object(work)
