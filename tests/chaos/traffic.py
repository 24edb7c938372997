"""A newsroom's life at Stripe: people join, give, turn back, want their money, leave. All of it follows the dice."""

import random
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from django.conf import settings
from django.db import connections

from members.gifts.gifting import start_gift
from members.models import GiftOffer, Plan
from members.selling.joining import start_signup
from payments.checkout import open_checkout
from payments.gateway.opening import session_parameters
from payments.models import Checkout
from tests.chaos import fates
from tests.chaos.stripe_api import Refused, StripeApi

T = TypeVar("T")

DAY = 24 * 60 * 60
CURRENCIES = ["EUR"] * 6 + ["USD"] * 2 + ["JPY"] * 2
ROUNDS = 4
BATCH, HANDS = 100, 4
EVENTS_OF_A_VISIT = 15
# Of a hundred who come to our page: how many do what.
COMES = {
    "join": 52,
    "give": 26,
    "join twice": 2,
    "join by debit": 6,
    "give by debit": 2,
    "join by debit in vain": 2,
    "turn back": 4,
    "be declined": 3,
    "come too late": 3,
}
IBAN = "AT321904300235473204"
"""A debit of it is on its way for some minutes; the traffic has the bank answer sooner."""
IN_EUROS = {"jpy": {"currency": "eur", "rate": "0.0061"}}
"""Yen are settled as euros."""
LONG_AGO = 0.3
"""So large a part of those who pay did it some days ago, the others just now."""
LISTED = range(1, 28)
"""Days ago of which Stripe still lists the events."""
# Not so that they renewed yesterday: whoever we hear of for the first time by a renewal has a welcome that is late.
UNLISTED = range(34, 46)


@dataclass(frozen=True)
class Story:
    """One reader who comes to our page, and what they will do there."""

    what: str
    email: str
    offer: Plan | GiftOffer
    days_ago: int


class Traffic:
    def __init__(self, stripe: StripeApi, dice: random.Random, *, is_simple: bool = False):
        """Simple: cards alone, no conversion, and nothing so old that Stripe does not list it any more."""
        self._stripe, self._dice = stripe, dice
        self._plans = list(Plan.objects.filter(currency__in=CURRENCIES).select_related("tier"))
        self._offers = list(GiftOffer.objects.filter(currency__in=CURRENCIES).select_related("tier"))
        self._days_ago = [*LISTED] if is_simple else [*LISTED, *UNLISTED]
        self._comes = {what: count for what, count in COMES.items() if not (is_simple and "debit" in what)}
        stripe.switch("settlement", {} if is_simple else IN_EUROS)
        self._readers = 0
        self._told: set[str] = set()
        self._left_alone: set[str] = set()

    def make(self, events: int) -> list[dict[str, Any]]:
        """Lets people come until Stripe lists so many events; gives them, newest first."""
        listed: list[dict[str, Any]] = []
        for rounds_left in range(ROUNDS, -ROUNDS, -1):
            if 0 < rounds_left < ROUNDS:
                fates.pay_out(self._stripe, self._choose)
            missing = (events - len(listed)) // max(rounds_left, 1)
            self._let_come(max(missing // EVENTS_OF_A_VISIT, 2))
            self._live_on()
            listed = self._stripe.all("/v1/events")
            if len(listed) >= events:
                return listed
        raise RuntimeError(f"only {len(listed)} events came to be")

    def _let_come(self, count: int) -> None:
        stories = [self._story() for _ in range(count)]
        long_ago = [story for story in stories if story.days_ago]
        for start in range(0, len(long_ago), BATCH):
            self._relive(long_ago[start : start + BATCH])
        with ThreadPoolExecutor(HANDS) as hands:
            list(hands.map(self._visit, [story for story in stories if not story.days_ago]))

    def _story(self) -> Story:
        what = self._choose(self._comes)
        currency = "EUR" if "debit" in what else self._dice.choice(CURRENCIES)
        shelf = self._offers if what.startswith("give") else self._plans
        offer = self._dice.choice([each for each in shelf if each.currency == currency])
        is_long_ago = what in ("join", "give") and self._dice.random() < LONG_AGO
        self._readers += 1
        name = f"twice{self._readers}" if what == "join twice" else f"reader{self._readers}"
        return Story(what, f"{name}@example.org", offer, self._dice.choice(self._days_ago) * is_long_ago)

    def _choose(self, weights: dict[T, int]) -> T:
        return self._dice.choices(list(weights), list(weights.values()))[0]

    def _relive(self, stories: list[Story]) -> None:
        """They paid on a day of their own; Stripe knows, and our page never opened."""
        home = settings.SITE_URL + "/"
        checkouts = []
        for story in stories:
            at = int(time.time()) - story.days_ago * DAY
            checkout = _ask(story)
            Checkout.objects.filter(pk=checkout.pk).update(created_at=datetime.fromtimestamp(at, UTC))
            parameters = session_parameters(checkout, success_url=home, cancel_url=home)
            parameters.pop("expires_at")
            checkouts.append({"at": at, "session": parameters})
        self._stripe.switch("history", {"checkouts": checkouts})

    def _visit(self, story: Story) -> None:
        """They come to our page and are led to Stripe's, just now."""
        try:
            for more in (0, 100) if story.what == "join twice" else (0,):
                checkout = _ask(story, more)
                open_checkout(checkout, return_view="thanks", cancel_path="/")
                checkout.refresh_from_db()
                self._act(story.what, checkout)
        finally:
            connections.close_all()

    def _act(self, what: str, checkout: Checkout) -> None:
        pay = f"/v1/payment_pages/{checkout.session_id}/confirm"
        if what == "come too late":
            self._stripe.post(f"/v1/checkout/sessions/{checkout.session_id}/expire")
        elif what == "be declined":
            with suppress(Refused):
                self._stripe.post(pay, {"payment_method": "pm_card_chargeDeclined"})
        elif "debit" in what:
            self._debit(checkout, "failed" if what.endswith("in vain") else "succeeded")
        elif what != "turn back":
            session = self._stripe.post(pay, {"payment_method": "pm_card_visa"})
            if what == "join twice":
                self._left_alone.add(session["customer"])

    def _debit(self, checkout: Checkout, outcome: str) -> None:
        method = self._stripe.post(
            "/v1/payment_methods",
            {
                "type": "sepa_debit",
                "sepa_debit[iban]": IBAN,
                "billing_details[name]": "Ada Reader",
                "billing_details[email]": checkout.email,
            },
        )
        self._stripe.post(
            f"/v1/payment_pages/{checkout.session_id}/confirm", {"payment_method": method["id"]}
        )
        self._stripe.switch("settle", {"session": checkout.session_id, "outcome": outcome})

    def _live_on(self) -> None:
        """What becomes of the payments and subscriptions that are new."""
        paid = [each for each in self._stripe.all("/v1/charges") if each["paid"]]
        debits = [each for each in paid if each["payment_method_details"]["type"] == "sepa_debit"]
        self._befall(debits, fates.OF_A_DEBIT)
        self._befall(paid, fates.OF_A_PAYMENT)
        self._befall(self._stripe.all("/v1/subscriptions", status="all"), fates.OF_A_SUBSCRIPTION)

    def _befall(self, things: list[dict[str, Any]], known: dict[fates.Fate, int]) -> None:
        for thing in things:
            if thing["id"] not in self._told and thing["customer"] not in self._left_alone:
                self._told.add(thing["id"])
                self._choose(known)(self._stripe, thing)


def _ask(story: Story, more: int = 0) -> Checkout:
    if isinstance(story.offer, GiftOffer):
        return start_gift(offer=story.offer, email=story.email, message="Read well").checkout
    return start_signup(plan=story.offer, amount=story.offer.amount + more, email=story.email).checkout
