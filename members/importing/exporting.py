"""All members as a file that our own import reads: a line for each membership, and one for who has none."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from itertools import chain
from typing import Any

from django.db.models import Exists, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce

from members.models import Membership, User
from payments.models import Customer
from payments.reports.cells import csv_of

COLUMNS = (
    *("email", "tier", "origin", "starts_on", "ends_on", "granted_at", "campaign", "joined_at"),
    *("stripe_customer_id", "stripe_subscription_id"),
)
_BATCH = 2000


def export_members() -> Iterator[bytes]:
    """CSV in UTF-8, line by line; memory stays flat. What went back is left out, and whose account is closed."""
    rows = chain([COLUMNS], _memberships(), _readers())
    return csv_of([_text(value) for value in row] for row in rows)


def _memberships() -> Iterable[tuple[Any, ...]]:
    held = Membership.objects.held().filter(user__is_active=True)
    customer = Coalesce(
        "subscription__customer__stripe_id", "payment__customer__stripe_id", _customer_of("user")
    )
    rows = held.annotate(customer_id=customer).order_by("user", "starts_on", "pk")
    return rows.values_list(
        *("user__email", "tier__slug", "origin", "starts_on", "ends_on", "granted_at", "campaign_code"),
        *("user__date_joined", "customer_id", "subscription__stripe_id"),
    ).iterator(_BATCH)


def _readers() -> Iterable[tuple[Any, ...]]:
    held = Membership.objects.held().filter(user=OuterRef("pk"))
    found = User.objects.filter(~Exists(held), is_active=True, is_staff=False).order_by("pk")
    rows = found.annotate(customer_id=_customer_of("pk"), nothing=Value(""))
    nothing = ("nothing",) * 6
    return rows.values_list("email", *nothing, "date_joined", "customer_id", "nothing").iterator(_BATCH)


def _customer_of(user: str) -> Subquery:
    customers = Customer.objects.filter(user=OuterRef(user), deleted_at=None).order_by("-pk")
    return Subquery(customers.values("stripe_id")[:1])


def _text(value: Any) -> str:
    if isinstance(value, date | datetime):
        return value.isoformat()
    return "" if value is None else str(value)
