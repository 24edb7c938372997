from payments.models.alarm import Alarm
from payments.models.book_check import BookCheck
from payments.models.catalogue import CatalogueItem
from payments.models.checkout import Checkout
from payments.models.collecting import CollectionRequest
from payments.models.cursor import Cursor
from payments.models.customer import Customer
from payments.models.heartbeat import Heartbeat
from payments.models.ledger import LedgerEntry, Posting
from payments.models.payment import Payment
from payments.models.payout import Payout
from payments.models.returns import Dispute, Refund, RefundProposal
from payments.models.stripe_event import StripeEvent
from payments.models.subscription import Subscription, UnchargedInvoice
from payments.models.transaction import BalanceTransaction
from payments.models.unpaid import UnpaidInvoice

__all__ = [
    "Alarm",
    "BalanceTransaction",
    "BookCheck",
    "CatalogueItem",
    "Checkout",
    "CollectionRequest",
    "Cursor",
    "Customer",
    "Dispute",
    "Heartbeat",
    "LedgerEntry",
    "Payment",
    "Payout",
    "Posting",
    "Refund",
    "RefundProposal",
    "StripeEvent",
    "Subscription",
    "UnchargedInvoice",
    "UnpaidInvoice",
]
