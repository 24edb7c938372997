"""Has another card pay. Every call that writes carries a key that was stored before."""

from typing import Any

from payments.gateway.billing import collecting_intent
from payments.gateway.client import client, our_errors
from payments.gateway.facts import Declined, Refused
from payments.gateway.mapping import id_of
from payments.gateway.reading import SUBSCRIPTION_PARTS


def use_new_card(subscription_id: str, *, is_asked: bool, is_owing: bool, key: str) -> str | None:
    """Lets the subscription be charged to the customer's new card, if there is one; gives the id of what pays now.

    Who asks wants the card that the portal has just made the customer's. Otherwise only a newer card than the
    subscription's own counts, and one that is nobody's default only if something is owed. Raises GatewayError.
    """
    with our_errors():
        found: Any = client().v1.subscriptions.retrieve(subscription_id, {"expand": SUBSCRIPTION_PARTS})
    own, settings = found.default_payment_method, found.customer.invoice_settings
    new = settings.default_payment_method
    if is_owing and not (is_asked and new):
        new = _newest_card(found.customer.id) or new
    if new is None or (own and own.id == new.id) or (own and not is_asked and new.created <= own.created):
        return str((own or new).id) if own or new else None
    wanted: Any = {"default_payment_method": new.id}
    with our_errors():
        client().v1.subscriptions.update(subscription_id, wanted, {"idempotency_key": f"{key}:card"})
    return str(new.id)


def pay_invoice(invoice_id: str, *, method_id: str | None, is_asked: bool, key: str) -> None:
    """Tries to collect an open invoice now, by its subscription's card. What came of it, reading the invoice tells.

    Unasked, a card that has failed for it is not tried again. Raises GatewayError, but not for a refusal of the bank.
    """
    with our_errors():
        invoice = client().v1.invoices.retrieve(invoice_id, {"expand": ["payments"]})
    if invoice.status != "open" or (not is_asked and _last_tried(invoice) == method_id):
        return
    wanted: Any = {"payment_method": method_id} if method_id else {}
    try:
        with our_errors():
            client().v1.invoices.pay(invoice_id, wanted, {"idempotency_key": f"{key}:{invoice_id}"})
    except (Declined, Refused):
        # Declined, to be confirmed first, or paid by somebody else meanwhile: the invoice says which.
        return


def _newest_card(customer_id: str) -> Any:
    wanted: Any = {"customer": customer_id, "type": "card", "limit": 10}
    with our_errors():
        found = client().v1.payment_methods.list(wanted).data
    return max(found, key=lambda each: each.created, default=None)


def _last_tried(invoice: Any) -> str | None:
    """The payment method of the last attempt that failed."""
    intent_id = collecting_intent(invoice)
    if intent_id is None:
        return None
    with our_errors():
        intent: Any = client().v1.payment_intents.retrieve(intent_id)
    error = intent.last_payment_error
    tried = getattr(error, "payment_method", None) or intent.payment_method
    return id_of(tried) if tried else None
