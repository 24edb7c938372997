"""Writes what Stripe says into our rows, posts it and fulfils it: one transaction, the same end in any order."""

from django.db import transaction

from payments.catalogue import compare
from payments.gateway.facts import (
    CardNews,
    CatalogueFacts,
    CustomerGone,
    Facts,
    LooseTransaction,
    PayoutFacts,
    Snapshot,
    StrayCharge,
)
from payments.ledger.entries import post_loose
from payments.models import Customer
from payments.recording.affairs import assign_customer, assign_user, bring_up
from payments.recording.cards import record_card_news
from payments.recording.payouts import record_payout
from payments.recording.quarantine import Unexpected, quarantine, set_aside

__all__ = ["Unexpected", "assign_customer", "assign_user", "record"]


@transaction.atomic
def record(facts: Facts) -> None:
    """Brings our rows up to the facts. What does not fit is set aside for a person, and its money booked as such."""
    match facts:
        case Snapshot():
            _record_affairs(facts)
        case StrayCharge():
            set_aside(facts.charge, livemode=facts.livemode)
        case PayoutFacts():
            record_payout(facts)
        case LooseTransaction():
            post_loose(facts.transaction, livemode=facts.livemode)
        case CustomerGone():
            gone = Customer.objects.filter(stripe_id=facts.stripe_id, deleted_at=None)
            gone.update(deleted_at=facts.read_at)
        case CardNews():
            record_card_news(facts)
        case CatalogueFacts():
            compare(facts)


def _record_affairs(snapshot: Snapshot) -> None:
    try:
        with transaction.atomic():
            bring_up(snapshot)
    except Unexpected as misfit:
        quarantine(snapshot, misfit)
