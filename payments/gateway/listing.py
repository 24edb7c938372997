"""Reads Stripe's lists, a hundred at a time, in half-open windows of Stripe's `created`. Raises GatewayError."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from payments.gateway import billing, mapping, reading
from payments.gateway.client import client, our_errors
from payments.gateway.facts import Facts, ListedEvent, Snapshot, TransactionFacts

if TYPE_CHECKING:
    import stripe

PAGE = 100
_TYPES_AT_ONCE = 20
_INVOICE_AGE = timedelta(days=2)
"""Most invoices are paid so soon after they were made; the others are asked for one by one."""


@dataclass(frozen=True, slots=True)
class Listed:
    """A movement from the list, and how to read what it is a part of."""

    transaction: TransactionFacts
    read: Callable[[], Facts | None]


def events(start: datetime, end: datetime, types: Sequence[str]) -> Iterator[ListedEvent]:
    """Events of the types. Stripe keeps them for 30 days."""
    for first in range(0, len(types), _TYPES_AT_ONCE):
        chosen = list(types[first : first + _TYPES_AT_ONCE])
        for _, event in _paged(client().v1.events.list, _created(start, end) | {"types": chosen}):
            yield ListedEvent(
                event_id=event.id,
                type=event.type,
                livemode=event.livemode,
                stripe_account=getattr(event, "account", None) or "",
                created_at=mapping.instant(event.created),
                body=json.dumps(event.to_dict(for_json=True)).encode(),
            )


def transactions(start: datetime, end: datetime) -> Iterator[Listed]:
    """Balance transactions, newest first."""
    invoices = _PaidInvoices(start, end)
    asked = _created(start, end) | {"expand": ["data.source"]}
    for read_at, found in _paged(client().v1.balance_transactions.list, asked):
        yield Listed(mapping.transaction(found), partial(_affairs, found, invoices, read_at))


def subscriptions() -> Iterator[Snapshot]:
    """All subscriptions of ours, whatever became of them."""
    asked: dict[str, Any] = {
        "status": "all",
        "expand": [f"data.{part}" for part in reading.SUBSCRIPTION_PARTS],
    }
    for read_at, found in _paged(client().v1.subscriptions.list, asked):
        snapshot = reading.subscription_alone(found, read_at=read_at)
        if snapshot:
            yield snapshot


def unpaid_invoices() -> Iterator[Snapshot]:
    """Open invoices of subscriptions of ours whose charge failed, without why."""
    expand = ["data.payments", "data.parent.subscription_details.subscription"]
    for read_at, found in _paged(client().v1.invoices.list, {"status": "open", "expand": expand}):
        snapshot = reading.without_charge(found, read_at=read_at)
        if snapshot and snapshot.unpaid:
            yield snapshot


def disputes(start: datetime, end: datetime) -> Iterator[tuple[str, str, str]]:
    """Each dispute's id, status and charge."""
    for _, found in _paged(client().v1.disputes.list, _created(start, end)):
        yield found.id, found.status, mapping.id_of(found.charge)


def balance() -> dict[str, int]:
    """What Stripe holds for us by currency: available and pending together."""
    with our_errors():
        found = client().v1.balance.retrieve()
    sums: dict[str, int] = {}
    purses: list[Any] = [*found.available, *found.pending]
    for purse in purses:
        currency = purse.currency.upper()
        sums[currency] = sums.get(currency, 0) + purse.amount
    return sums


class _PaidInvoices:
    """The window's paid invoices by payment intent, each with when it was read; listed when the first is asked for."""

    def __init__(self, start: datetime, end: datetime) -> None:
        self._window = _created(start - _INVOICE_AGE, end)
        self._owners: dict[str, Snapshot | None] | None = None

    def owner_by(self, intent_id: str) -> Snapshot | None:
        """The checkout's side of what the payment intent paid."""
        if self._owners is None:
            self._owners = {
                billing.paying_intent(invoice): reading.without_charge(invoice, read_at=read_at)
                for read_at, invoice in self._listed()
                if invoice.amount_paid
            }
        return self._owners.get(intent_id)

    def _listed(self) -> Iterator[tuple[datetime, "stripe.Invoice"]]:
        # Stripe expands four levels and no more: the card stays unread.
        expand = ["data.payments", "data.parent.subscription_details.subscription"]
        return _paged(client().v1.invoices.list, self._window | {"status": "paid", "expand": expand})


def _affairs(
    transaction: "stripe.BalanceTransaction", invoices: _PaidInvoices, read_at: datetime
) -> Facts | None:
    """What the lists tell of a charge without returns; all else is read one by one."""
    charge: Any = transaction.source
    is_plain = getattr(charge, "object", "") == "charge" and charge.status == "succeeded"
    if not is_plain or charge.amount_refunded or charge.disputed:
        return reading.affairs_of_source(transaction)
    owner = reading.owner_by_metadata(charge, read_at=read_at)
    if owner is None and charge.payment_intent:
        owner = invoices.owner_by(mapping.id_of(charge.payment_intent))
    if owner is None:
        return reading.affairs_of_source(transaction)
    return replace(owner, charge=mapping.charge(charge, booked=mapping.transaction(transaction)))


def _created(start: datetime, end: datetime) -> dict[str, Any]:
    return {"created": {"gte": int(start.timestamp()), "lt": int(end.timestamp())}}


def _paged(listing: Callable[[Any], Any], asked: dict[str, Any]) -> Iterator[tuple[datetime, Any]]:
    """Each object of all pages, with an instant before it was read: what it says is at least as new as that."""
    after: dict[str, Any] = {}
    while True:
        read_at = timezone.now()
        with our_errors():
            page = listing(asked | after | {"limit": PAGE})
        for found in page.data:
            yield read_at, found
        if not page.has_more:
            return
        after = {"starting_after": page.data[-1].id}
