"""News of cards: whoever owes, or is charged to another card, shall have it tried."""

from django.db import IntegrityError, transaction

from payments.doorbell import ring
from payments.enums import QueueState
from payments.gateway.facts import CardFacts, CardNews
from payments.models import CollectionRequest, Customer, Subscription, UnpaidInvoice

DRAIN = "payments.tasks.drain_collections"


def record_card_news(news: CardNews) -> None:
    """Requests what a new card may change. Belongs into a transaction."""
    customer = Customer.objects.filter(stripe_id=news.customer_id).first()
    if customer is None:
        return
    owing = set(UnpaidInvoice.objects.open().values_list("subscription", flat=True))
    for subscription in Subscription.objects.running().filter(customer=customer):
        if subscription.pk in owing or (news.card and not _is_charged_to(subscription, news.card)):
            request_collection(subscription)


def request_collection(subscription: Subscription, *, is_asked: bool = False) -> CollectionRequest:
    """The request that waits for the subscription, made now if there is none."""
    try:
        with transaction.atomic():
            made = CollectionRequest.objects.create(subscription=subscription, is_asked=is_asked)
    except IntegrityError:
        waiting = CollectionRequest.objects.filter(subscription=subscription, state=QueueState.PENDING)
        if is_asked:
            waiting.update(is_asked=True)
        return waiting.get()
    transaction.on_commit(lambda: ring(DRAIN))
    return made


def _is_charged_to(subscription: Subscription, card: CardFacts) -> bool:
    own = (subscription.card_brand, subscription.card_last4, subscription.card_expires_on)
    return own == (card.brand, card.last4, card.expires_on)
