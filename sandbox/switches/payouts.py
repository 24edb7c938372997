"""The daily payout, and what the newsroom's bank makes of it."""

from sandbox import balance, payouts
from sandbox.money import known_currency
from sandbox.showing import shown
from sandbox.switches.common import one_of, required
from sandbox.switching import switch
from sandbox.types import Json
from sandbox.work import Work


@switch("POST", "payout")
def pay_out(work: Work, body: Json) -> Json:
    """Pay out what is available, in each currency or in one; `all` lets nothing wait."""
    wanted = body.get("currency")
    currencies = [known_currency(wanted)] if wanted else balance.currencies(work)
    if body.get("all"):
        for currency in currencies:
            payouts.make_available(work, currency)
    made = [payouts.pay_out_all(work, currency) for currency in currencies]
    return {"payouts": [shown(work, payout) for payout in made if payout]}


@switch("POST", "payout/settle")
def settle(work: Work, body: Json) -> Json:
    """Let a payout arrive or fail, with Stripe's `failure_code` if one is given."""
    payout = work.get("payout", required(body, "payout"), param="payout")
    status = one_of(body, "status", tuple(payouts.BEFORE))
    return shown(
        work, payouts.settle(work, payout, status, body.get("failure_code") or payouts.USUAL_FAILURE)
    )
