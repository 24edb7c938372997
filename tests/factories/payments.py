from datetime import timedelta

import factory
from django.utils import timezone

from payments.enums import Interval, Purpose
from payments.models import Checkout, Customer, Payment, StripeEvent


class CheckoutFactory(factory.django.DjangoModelFactory):
    """An attempt that Stripe does not know of yet."""

    class Meta:
        model = Checkout

    purpose = Purpose.MEMBERSHIP
    email = factory.Sequence(lambda n: f"reader{n}@example.org")
    description = "Friend membership"
    amount = 1000
    currency = "EUR"
    interval = Interval.MONTH
    livemode = False
    expires_at = factory.LazyFunction(lambda: timezone.now() + timedelta(hours=1))


class CustomerFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Customer

    stripe_id = factory.Sequence(lambda n: f"cus_made{n}")
    livemode = False


class PaymentFactory(factory.django.DjangoModelFactory):
    """A payment as it stands in the table. What the ledger and fulfilment make of one, `recording` shows."""

    class Meta:
        model = Payment

    charge_id = factory.Sequence(lambda n: f"ch_made{n}")
    payment_intent_id = factory.Sequence(lambda n: f"pi_made{n}")
    livemode = False
    checkout = factory.SubFactory(CheckoutFactory)
    purpose = factory.SelfAttribute("checkout.purpose")
    amount = factory.SelfAttribute("checkout.amount")
    currency = factory.SelfAttribute("checkout.currency")
    user = factory.SelfAttribute("checkout.user")
    paid_at = factory.LazyFunction(timezone.now)


class StripeEventFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = StripeEvent

    event_id = factory.Sequence(lambda n: f"evt_made{n}")
    livemode = False
    type = "invoice.paid"
    body = b'{"data": {"object": {"id": "in_made"}}}'
