from payments.models.alarm import Alarm
from payments.models.checkout import Checkout
from payments.models.customer import Customer
from payments.models.heartbeat import Heartbeat
from payments.models.ledger import LedgerEntry, Posting
from payments.models.payment import Payment
from payments.models.stripe_event import StripeEvent
from payments.models.subscription import Subscription

__all__ = [
    "Alarm",
    "Checkout",
    "Customer",
    "Heartbeat",
    "LedgerEntry",
    "Payment",
    "Posting",
    "StripeEvent",
    "Subscription",
]
