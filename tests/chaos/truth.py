"""The books as Stripe's own lists have them. Nothing here is the platform's: not its code, and not its rows."""

import time
from collections import Counter
from collections.abc import Iterable
from typing import Any

from tests.chaos.books import Books
from tests.chaos.stripe_api import StripeApi

Object = dict[str, Any]

NEWS_LASTS = 24 * 60 * 60
"""Nobody wants a mail about what was paid longer ago."""
GIVEN_BACK = ("pending", "succeeded")
HOLDING_NOTHING = ("won", "lost", "prevented")


def books_of(stripe: StripeApi, redeemed: Iterable[str]) -> Books:
    """`redeemed`: references of the checkouts of gifts that were redeemed, which Stripe cannot know."""
    charges = [each for each in stripe.all("/v1/charges") if each["paid"] and each["captured"]]
    subscriptions = stripe.all("/v1/subscriptions", status="all")
    sessions = stripe.all("/v1/checkout/sessions")
    refunds, disputes = stripe.all("/v1/refunds"), stripe.all("/v1/disputes")
    customers = {each["id"] for each in stripe.all("/v1/customers")}
    on_its_way = _sessions_on_their_way(stripe)
    redeemed = Counter(redeemed)
    states = [
        *map(_of_subscription, subscriptions),
        *(_of_session(each, on_its_way) for each in sessions if each["status"] != "open"),
        *_of_charges(charges, refunds, disputes),
        *_of_customers(sessions, customers),
        *((each["id"], each["status"]) for each in (*refunds, *disputes, *stripe.all("/v1/payouts"))),
    ]
    return Books(
        balance=_balance(stripe.get("/v1/balance")),
        movements={
            each["id"]: (each["net"], each["currency"].upper())
            for each in stripe.all("/v1/balance_transactions")
        },
        payments=Counter(each["id"] for each in charges),
        outcomes=Counter(each["id"] for each in charges),
        redeemed=redeemed,
        twins=Counter({email for email in map(_email, sessions) if email.startswith("twice")}),
        mails=_mails(sessions, redeemed),
        states=dict(states),
    )


def _balance(balance: Object) -> dict[str, int]:
    total: Counter[str] = Counter()
    for part in ("available", "pending"):
        for purse in balance[part]:
            total[purse["currency"].upper()] += purse["amount"]
    return dict(total)


def _email(session: Object) -> str:
    return session["customer_email"] or ""


def _mails(sessions: list[Object], redeemed: Counter[str]) -> Counter[str]:
    """Each buyer has one mail about what they have paid for just now, and one when their gift was redeemed."""
    mails: Counter[str] = Counter()
    for session in sessions:
        is_news = session["created"] > time.time() - NEWS_LASTS
        mails[_email(session)] += (session["payment_status"] == "paid") * is_news
        mails[_email(session)] += redeemed[session["client_reference_id"]]
    return +mails


def _of_subscription(subscription: Object) -> tuple[str, str]:
    ends = max(item["current_period_end"] for item in subscription["items"]["data"])
    is_ending = subscription["cancel_at_period_end"] or subscription["status"] == "canceled"
    return subscription["id"], f"{subscription['status']}, ends {ends}{', for good' * is_ending}"


def _of_session(session: Object, on_its_way: set[str]) -> tuple[str, str]:
    state = session["status"]
    if state == "complete":
        unpaid = "pending" if session["id"] in on_its_way else "failed"
        state = "paid" if session["payment_status"] == "paid" else unpaid
    return session["client_reference_id"], state


def _sessions_on_their_way(stripe: StripeApi) -> set[str]:
    """Those whose bank has not answered yet."""
    waiting = [each["id"] for each in stripe.all("/v1/payment_intents") if each["status"] == "processing"]
    found = (stripe.get("/v1/checkout/sessions", payment_intent=intent)["data"] for intent in waiting)
    return {session["id"] for sessions in found for session in sessions}


def _of_charges(
    charges: list[Object], refunds: list[Object], disputes: list[Object]
) -> Iterable[tuple[str, str]]:
    """How much of each is left, whether that is enough to have what was bought, and if a bank holds it meanwhile."""
    returned: Counter[str] = Counter()
    held: set[str] = set()
    for refund in refunds:
        returned[refund["charge"]] += refund["amount"] * (refund["status"] in GIVEN_BACK)
    for dispute in disputes:
        returned[dispute["charge"]] += dispute["amount"] * (dispute["status"] == "lost")
        if dispute["status"] not in HOLDING_NOTHING and not dispute["status"].startswith("warning_"):
            held.add(dispute["charge"])
    for charge in charges:
        if returned[charge["id"]] >= charge["amount"]:
            yield charge["id"], "returned, no access"
        else:
            yield charge["id"], f"{'frozen' if charge['id'] in held else 'held'}, access"


def _of_customers(sessions: list[Object], there: set[str]) -> Iterable[tuple[str, str]]:
    for session in sessions:
        if session["customer"] and session["status"] == "complete":
            yield session["customer"], "there" if session["customer"] in there else "deleted"
