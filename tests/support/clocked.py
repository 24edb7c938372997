"""A member who lives by one of Stripe's test clocks, and our own clock that goes with it."""

from datetime import datetime, timedelta

from django.utils import timezone

from members.selling.joining import start_signup
from payments.models import Subscription
from tests.factories.members import PlanFactory
from tests.support.at_stripe import AtStripe, deliver

GOOD, FAILING, ASKING = "pm_card_visa", "pm_card_chargeCustomerFail", "pm_card_authenticationRequired"


class ClockedMember:
    """Somebody who joins and pays by a good card; then time passes, for both sides at once."""

    def __init__(
        self, stripe: AtStripe, clock, *, plan=None, email="ada@example.org", began=None, is_told=True
    ) -> None:
        """`clock`: ours, if that is not the world's. `began`: then and not now. `is_told`: they tell only `hear`."""
        self.stripe, self.api, self.clock = stripe, stripe.api, clock
        began = began or timezone.now()
        self._frozen = self.api.test_helpers.test_clocks.create({"frozen_time": int(began.timestamp())})
        self.customer = self.api.customers.create({"email": email, "test_clock": self._frozen.id}).id
        plan = plan or PlanFactory()
        signup = start_signup(plan=plan, amount=plan.amount, email=email)
        self.checkout = signup.checkout
        self.checkout.stripe_customer_id = self.customer
        self.checkout.expires_at = began + timedelta(hours=1)
        self.checkout.save()
        self._told = 0
        stripe.pay(self.checkout)
        if is_told:
            self.hear()

    @property
    def subscription(self) -> Subscription:
        return Subscription.objects.get(checkout=self.checkout)

    def go_to(self, instant: datetime) -> None:
        """Stripe does what falls due until then. We have not heard of it yet."""
        self.api.test_helpers.test_clocks.advance(self._frozen.id, {"frozen_time": int(instant.timestamp())})
        if self.clock:
            self.clock.move_to(instant)

    def go_on(self, **how_long: float) -> None:
        self.go_to(timezone.now() + timedelta(**how_long))

    def renewal(self) -> datetime:
        """When the next renewal has been tried: an hour after the period's end."""
        return self.subscription.current_period_end + timedelta(hours=1, minutes=1)

    def hear(self, how=deliver) -> None:
        """Stripe tells what has happened since the last time."""
        bodies = self.stripe.bodies()
        new, self._told = bodies[self._told :], len(bodies)
        how(new)

    def pay_by(self, card: str) -> str:
        """From now on their subscription is charged to this card."""
        method = self.api.payment_methods.attach(card, {"customer": self.customer}).id
        self.api.subscriptions.update(self.subscription.stripe_id, {"default_payment_method": method})
        return method
