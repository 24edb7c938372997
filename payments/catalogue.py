"""What we sell, kept in Stripe's catalogue: written down as we want it, made so by a worker, and watched.

Nothing waits for it: a checkout that finds a price not there yet tells Stripe what to charge itself.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import uuid4

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from payments.alarms import clear_alarm, raise_alarm
from payments.checkpoints import reached
from payments.doorbell import ring
from payments.enums import AlarmKind, CatalogueKind, QueueState
from payments.gateway import catalogue as at_stripe
from payments.gateway.catalogue import Terms
from payments.gateway.facts import CatalogueFacts
from payments.models import CatalogueItem
from payments.models.queue import QueueQuerySet, anew, in_words
from payments.money import Money

log = structlog.get_logger(__name__)

DRAIN = "payments.tasks.drain_catalogue"
COMPARE = "payments.tasks.compare_catalogue"


@dataclass(frozen=True, slots=True)
class Wanted:
    """An item as it shall stand at Stripe, under a key of ours; `name`: what people call it."""

    kind: CatalogueKind
    key: str
    name: str
    terms: Terms


class Stock:
    """What stands at Stripe as we want it, read at once."""

    def __init__(self) -> None:
        there = _ours().filter(state=QueueState.DONE, difference="")
        self._items = {(item.kind, item.key): item for item in there}

    def id_of(self, wanted: Wanted) -> str:
        """The id under which Stripe sells just this; nothing if it does not, or not yet."""
        item = self._items.get((wanted.kind, wanted.key))
        return item.stripe_id if item and item.wanted == wanted.terms else ""


def want(items: Iterable[Wanted]) -> int:
    """Writes down how the items shall be; how many of them are news. A worker is on its way to make those."""
    known = {(row.kind, row.key): row for row in _ours()}
    wanted = {(item.kind, item.key): item for item in items}
    # Nobody can buy what is gone from our tables. A coupon that nobody is offered does no harm.
    gone = [row for where, row in known.items() if where not in wanted and row.wanted.get("is_active")]
    told = [
        *wanted.values(),
        *(
            Wanted(CatalogueKind(row.kind), row.key, row.name, row.wanted | {"is_active": False})
            for row in gone
        ),
    ]
    news = [
        item
        for item in told
        if (item.kind, item.key) not in known or known[item.kind, item.key].wanted != item.terms
    ]
    for item in news:
        _write(item)
    if news:
        transaction.on_commit(lambda: ring(DRAIN))
    return len(news)


def _write(item: Wanted) -> None:
    CatalogueItem.objects.update_or_create(
        kind=item.kind,
        key=item.key,
        livemode=settings.STRIPE_LIVEMODE,
        defaults={
            "name": item.name,
            "wanted": item.terms,
            "changed_at": timezone.now(),
            **anew(),
            # What Stripe answered to the last key, it would answer again.
            "idempotency_key": uuid4(),
        },
    )


def make_again(chosen: QueueQuerySet[CatalogueItem]) -> int:
    """Lets the items be made as we want them, whatever stands at Stripe; how many."""
    each = (CatalogueItem.objects.filter(pk=pk) for pk in chosen.values_list("pk", flat=True))
    count = sum(one.again(idempotency_key=uuid4()) for one in each)
    transaction.on_commit(lambda: ring(DRAIN))
    return count


def drain() -> int:
    """Makes at Stripe what waits to be made, products first; how many items were tried."""
    return sum(_ours().filter(kind=kind).work(_work) for kind in CatalogueKind)


def _work(item: CatalogueItem) -> None:
    try:
        stripe_id = at_stripe.put(
            item.kind,
            item.key,
            item.wanted,
            name=item.name,
            replaces=item.stripe_id,
            idempotency_key=str(item.idempotency_key),
        )
        reached("catalogue.made")
    except Exception as error:
        log.error("catalogue_not_made", item=str(item), attempts=item.attempts, exc_info=error)
        with transaction.atomic():
            if item.fail(error):
                _raise(item, f"It could not be made at Stripe. {in_words(error)}")
    else:
        with transaction.atomic():
            _finish(item, stripe_id)


def _finish(item: CatalogueItem, stripe_id: str) -> None:
    CatalogueItem.objects.filter(pk=item.pk).update(stripe_id=stripe_id, difference="")
    # Staff may have changed their minds meanwhile; then it still waits.
    is_as_wanted = CatalogueItem.objects.filter(pk=item.pk, idempotency_key=item.idempotency_key)
    if is_as_wanted.exists():
        item.finish()
        clear_alarm(kind=AlarmKind.CATALOGUE_DIFFERS, subject=_subject(item))


def compare(facts: CatalogueFacts) -> None:
    """Looks whether something at Stripe is still as we want it; raises an alarm about it, or ends that."""
    named = Q(stripe_id=facts.stripe_id) | (Q(key=facts.key) if facts.key else Q())
    found = CatalogueItem.objects.filter(
        named, kind=facts.kind, livemode=facts.livemode, state=QueueState.DONE
    )
    for item in found:
        if facts.key == item.key and facts.has == item.wanted:
            CatalogueItem.objects.filter(pk=item.pk).update(stripe_id=facts.stripe_id)
        _note(item, _difference(item, facts))


def compare_all() -> int:
    """Compares everything that was made; how many items. Raises GatewayError."""
    count = 0
    for kind in CatalogueKind:
        made = list(_ours().filter(kind=kind, state=QueueState.DONE))
        found = {facts.key: facts for facts in at_stripe.find(kind, [item.key for item in made])}
        for item in made:
            gone = CatalogueFacts(kind, item.key, item.stripe_id, item.livemode, None)
            compare(found.get(item.key, gone))
        count += len(made)
    return count


def _note(item: CatalogueItem, difference: str) -> None:
    if difference != item.difference:
        CatalogueItem.objects.filter(pk=item.pk).update(difference=difference)
    if difference:
        _raise(item, difference)
    else:
        clear_alarm(kind=AlarmKind.CATALOGUE_DIFFERS, subject=_subject(item))


def _raise(item: CatalogueItem, what: str) -> None:
    message = f"{item.name}: {what} Until that is mended, checkouts tell Stripe themselves what to charge."
    raise_alarm(kind=AlarmKind.CATALOGUE_DIFFERS, subject=_subject(item), message=message)


def _difference(item: CatalogueItem, facts: CatalogueFacts) -> str:
    if facts.has is None:
        return "Somebody deleted it at Stripe, or took its lookup key away."
    if facts.key != item.key:
        return f"Somebody took the lookup key {item.key} away from it at Stripe."
    told = [
        f"{name.removeprefix('is_')} is {_said(name, facts.has)} at Stripe, not {_said(name, item.wanted)}"
        for name in item.wanted
        if facts.has.get(name) != item.wanted[name]
    ]
    return f"{told[0].capitalize()[:1]}{', '.join(told)[1:]}." if told else ""


def _said(name: str, terms: Terms) -> str:
    value = terms.get(name)
    if name.startswith("amount") and isinstance(value, int):
        return str(Money(value, terms["currency"]))
    return repr(value) if isinstance(value, str) else str(value).lower()


def _subject(item: CatalogueItem) -> str:
    return f"{item.kind} {item.key}"


def _ours() -> QueueQuerySet[CatalogueItem]:
    return CatalogueItem.objects.filter(livemode=settings.STRIPE_LIVEMODE)
