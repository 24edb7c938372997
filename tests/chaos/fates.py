"""What becomes of a payment or a subscription afterwards, by the hands of readers, banks and staff at Stripe."""

from collections.abc import Callable
from typing import Any

from tests.chaos.stripe_api import StripeApi

Thing = dict[str, Any]
Fate = Callable[[StripeApi, Thing], Any]


def nothing(stripe: StripeApi, thing: Thing) -> None:
    pass


def refund(stripe: StripeApi, charge: Thing, share: float = 1) -> Thing:
    return stripe.post("/v1/refunds", {"charge": charge["id"], "amount": int(charge["amount"] * share)})


def refund_a_part(stripe: StripeApi, charge: Thing) -> None:
    refund(stripe, charge, 0.3)


def refund_in_parts(stripe: StripeApi, charge: Thing) -> None:
    for share in (0.2, 0.3, 0.5):
        refund(stripe, charge, share)


def refund_that_fails(stripe: StripeApi, charge: Thing) -> None:
    stripe.switch("refund", {"refund": refund(stripe, charge)["id"], "status": "failed"})


def refund_that_fails_and_again(stripe: StripeApi, charge: Thing) -> None:
    refund_that_fails(stripe, charge)
    refund(stripe, charge)


def dispute(stripe: StripeApi, charge: Thing, **how: object) -> Thing:
    return stripe.switch("dispute", {"charge": charge["id"], **how})


def dispute_won(stripe: StripeApi, charge: Thing) -> None:
    stripe.switch("dispute/close", {"dispute": dispute(stripe, charge)["id"], "outcome": "won"})


def dispute_lost(stripe: StripeApi, charge: Thing) -> None:
    stripe.switch("dispute/close", {"dispute": dispute(stripe, charge)["id"], "outcome": "lost"})


def dispute_of_a_part_lost(stripe: StripeApi, charge: Thing) -> None:
    opened = dispute(stripe, charge, amount=charge["amount"] // 2)
    stripe.switch("dispute/close", {"dispute": opened["id"], "outcome": "lost"})


def inquiry_closed(stripe: StripeApi, charge: Thing) -> None:
    opened = dispute(stripe, charge, status="warning_needs_response")
    stripe.switch("dispute/close", {"dispute": opened["id"], "outcome": "warning_closed"})


def inquiry_escalated(stripe: StripeApi, charge: Thing) -> None:
    opened = dispute(stripe, charge, status="warning_needs_response")
    stripe.switch("dispute/escalate", {"dispute": opened["id"]})


def refund_a_part_after_winning(stripe: StripeApi, charge: Thing) -> None:
    dispute_won(stripe, charge)
    refund_a_part(stripe, charge)


def cancel(stripe: StripeApi, subscription: Thing) -> None:
    stripe.delete(f"/v1/subscriptions/{subscription['id']}")


def let_end(stripe: StripeApi, subscription: Thing) -> None:
    stripe.post(f"/v1/subscriptions/{subscription['id']}", {"cancel_at_period_end": "true"})


def let_end_and_think_again(stripe: StripeApi, subscription: Thing) -> None:
    let_end(stripe, subscription)
    stripe.post(f"/v1/subscriptions/{subscription['id']}", {"cancel_at_period_end": "false"})


def delete_customer(stripe: StripeApi, subscription: Thing) -> None:
    stripe.delete(f"/v1/customers/{subscription['customer']}")


# Of a hundred: how many have which.
OF_A_PAYMENT: dict[Fate, int] = {
    nothing: 66,
    refund: 5,
    refund_a_part: 5,
    refund_in_parts: 4,
    refund_that_fails: 3,
    refund_that_fails_and_again: 2,
    dispute: 2,
    dispute_won: 3,
    dispute_lost: 4,
    dispute_of_a_part_lost: 2,
    inquiry_closed: 1,
    inquiry_escalated: 1,
    refund_a_part_after_winning: 2,
}
OF_A_DEBIT: dict[Fate, int] = {
    nothing: 85,
    dispute: 15,  # with debits the payer's word is enough: it is lost at once
}
OF_A_SUBSCRIPTION: dict[Fate, int] = {
    nothing: 78,
    cancel: 6,
    let_end: 8,
    let_end_and_think_again: 5,
    delete_customer: 3,
}
OF_A_PAYOUT = {"paid": 70, "failed": 20, "in_transit": 10}


def pay_out(stripe: StripeApi, choose: Callable[[dict[str, int]], str]) -> None:
    """Everything, in each currency; the bank takes it, or does not, or is still at it."""
    for payout in stripe.switch("payout", {"all": True})["payouts"]:
        stripe.switch("payout/settle", {"payout": payout["id"], "status": choose(OF_A_PAYOUT)})
