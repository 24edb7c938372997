"""What people do at Stripe, played by the real sandbox, and the ways in which we come to hear of it."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import time_machine
from django.test import Client
from django.utils import timezone

from members.contributions.contributing import start_contribution
from members.gifts.gifting import start_gift
from members.selling.joining import start_signup
from payments import inbox
from payments.checkout import open_checkout
from payments.models import Checkout
from payments.money import Money
from payments.reconciling.walking import walk
from tests.factories.members import GiftOfferFactory, PlanFactory
from tests.support.events import post_event
from tests.support.sandbox_process import SECRET_KEY, SandboxProcess


class AtStripe:
    """One Stripe account, and everything that happened on it since the last telling."""

    def __init__(self, sandbox: SandboxProcess, *, key: str = SECRET_KEY) -> None:
        self.sandbox = sandbox
        self.client = sandbox.client(key)
        self.api = self.client.v1
        self.switch = sandbox.switch
        self._told: set[str] = set()

    def join(self, email: str = "ada@example.org", *, plan=None, iban: str = "", **asked: object) -> Checkout:
        """Somebody joins and pays on Stripe's page: by card, or by a debit of the account."""
        plan = plan or PlanFactory()
        signup = start_signup(plan=plan, amount=plan.amount, email=email, **asked)
        return self.pay(signup.checkout, iban=iban)

    def give(
        self, email: str = "gabriel@example.org", *, offer=None, iban: str = "", **words: object
    ) -> Checkout:
        """Somebody buys a gift and pays."""
        gift = start_gift(offer=offer or GiftOfferFactory(), email=email, **words)
        return self.pay(gift.checkout, iban=iban)

    def donate(self, email: str = "dora@example.org", *, amount: int = 3000, **asked: object) -> Checkout:
        """Somebody gives euros, once unless asked otherwise, and pays."""
        given = start_contribution(amount=Money(amount, "EUR"), email=email, **asked)
        return self.pay(given.checkout)

    def pay(self, checkout: Checkout, *, iban: str = "") -> Checkout:
        return self.press(self.open(checkout), iban=iban)

    def open(self, checkout: Checkout) -> Checkout:
        """Stripe's page is shown."""
        open_checkout(checkout, return_view="thanks", cancel_path="/join/")
        checkout.refresh_from_db()
        return checkout

    def press(self, checkout: Checkout, *, iban: str = "") -> Checkout:
        """Its button is pressed."""
        method = self.api.payment_methods.create(_debit(iban) if iban else _CARD)
        self.client.raw_request(
            "post", f"/v1/payment_pages/{checkout.session_id}/confirm", payment_method=method.id,
            expected_amount=checkout.first_money.amount,
        )  # fmt: skip
        return checkout

    def charge_of(self, checkout: Checkout):
        """The charge that the checkout's first payment made."""
        for charge in self.api.charges.list({"limit": 100}).auto_paging_iter():
            if charge.metadata.to_dict().get("groundswell_reference") == str(checkout.reference):
                return charge
        session = self.api.checkout.sessions.retrieve(checkout.session_id, {"expand": ["invoice.payments"]})
        intent = session.invoice.payments.data[0].payment.payment_intent
        return self.api.payment_intents.retrieve(intent, {"expand": ["latest_charge"]}).latest_charge

    @contextmanager
    def later(self, days: float) -> Iterator[None]:
        """So many days on, at Stripe and here, with the news of them. May be nested: then it is later still."""
        self.switch("clock", {"advance": round(days * 86400)})
        with time_machine.travel(timezone.now() + timedelta(days=days), tick=True):
            self.tell()
            yield

    def tell(self) -> None:
        """Posts what happened since the last telling, as it should be."""
        events = list(self.api.events.list({"limit": 100}).auto_paging_iter())[::-1]
        deliver([str(event).encode() for event in events if event.id not in self._told])
        self._told |= {event.id for event in events}

    def bodies(self) -> list[bytes]:
        """Every event so far, oldest first, as a webhook brings it."""
        events = self.api.events.list({"limit": 100}).auto_paging_iter()
        return [str(event).encode() for event in events][::-1]


_CARD = {"type": "card", "card": {"token": "tok_visa"}}


def _debit(iban: str) -> dict:
    billing = {"email": "ada@example.org", "name": "Ada Lovelace"}
    return {"type": "sepa_debit", "sepa_debit": {"iban": iban}, "billing_details": billing}


News = Callable[[AtStripe], None]


def deliver(bodies: list[bytes]) -> None:
    """Posts the events to our webhook, truly signed, and lets a worker do what there is to do after each."""
    client = Client()
    for body in bodies:
        assert post_event(client, body).status_code == 200
        inbox.drain()


def in_order(stripe: AtStripe) -> None:
    """As it should be."""
    deliver(stripe.bodies())


def backwards_and_again(stripe: AtStripe) -> None:
    """The last first, and all of it twice."""
    bodies = stripe.bodies()
    deliver(bodies[::-1])
    deliver(bodies)


def shuffled_with_losses(stripe: AtStripe) -> None:
    """In no order, some twice, some never; then a walk."""
    bodies = stripe.bodies()
    chooser = random.Random(len(bodies))
    kept = [body for body in bodies if chooser.random() > 0.2]
    again = [body for body in kept if chooser.random() < 0.3]
    mixed = kept + again
    chooser.shuffle(mixed)
    deliver(mixed)
    walked(stripe)


def walked(stripe: AtStripe) -> None:
    """No event at all came; a walk finds what there is, and of what no list tells it brings the event."""
    tally = walk()
    assert tally is not None
    assert tally.failed == []
    inbox.drain()


ALL_NEWS = [in_order, backwards_and_again, shuffled_with_losses, walked]
