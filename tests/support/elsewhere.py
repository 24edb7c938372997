"""Subscriptions that another system (Ghost) sold at our Stripe account, before we came; on a test clock."""

from datetime import datetime

from django.utils import timezone

from payments.reconciling.polling import poll_events
from tests.support.at_stripe import AtStripe, deliver


class SoldElsewhere:
    """Ghost's catalogue and customers. Nothing of it carries our metadata, and its events we let pass."""

    def __init__(self, stripe: AtStripe, clock) -> None:
        self.stripe, self.api, self._clock = stripe, stripe.api, clock
        now = int(timezone.now().timestamp())
        self._frozen = self.api.test_helpers.test_clocks.create({"frozen_time": now}).id
        self._told = 0

    def product(self, name: str = "Gold") -> str:
        return self.api.products.create({"name": name}).id

    def customer(self, email: str = "bo@x.io", card: str = "pm_card_visa") -> str:
        made = self.api.customers.create({"email": email, "test_clock": self._frozen}).id
        method = self.api.payment_methods.attach(card, {"customer": made})
        self.api.customers.update(made, {"invoice_settings": {"default_payment_method": method.id}})
        return made

    def subscription(
        self, customer, product, *, amount=1000, currency="eur", interval="month", count=1, **how
    ) -> str:
        recurring = {"interval": interval, "interval_count": count}
        price = self.api.prices.create(
            {"product": product, "unit_amount": amount, "currency": currency, "recurring": recurring}
        )
        wanted = {"customer": customer, "items": [{"price": price.id}], "metadata": {"ghost": "yes"}}
        return self.api.subscriptions.create(wanted | how).id

    def go_to(self, instant: datetime) -> None:
        self.api.test_helpers.test_clocks.advance(self._frozen, {"frozen_time": int(instant.timestamp())})
        self._clock.move_to(instant)

    def hear(self) -> None:
        """Stripe tells what has happened since the last time."""
        bodies = self.stripe.bodies()
        new, self._told = bodies[self._told :], len(bodies)
        deliver(new)
        poll_events()
