"""New links to the card page, for whoever has lost theirs: by mail, to the address that we have."""

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from members.dues.dunning import address_of
from members.enums import MailKind
from members.outbox.mailing import owe_mail
from payments.enums import Debt
from payments.models import Subscription


def send_links(email: str) -> int:
    """A link for each subscription that this address pays, once an hour at most; how many."""
    its = Q(checkout__user__email=email) | Q(customer__user__email=email)
    alive = Q(status__in=Subscription.RUNNING) | Q(unpaid_invoices__state=Debt.OPEN)
    found = Subscription.objects.filter(its, alive).select_related("checkout", "customer").distinct()
    subscriptions = list(found)
    for subscription in subscriptions:
        reference = f"{subscription.pk}:{timezone.now():%Y%m%d%H}"
        with transaction.atomic():
            owe_mail(kind=MailKind.CARD_LINK, reference=reference, recipient=address_of(subscription))
    return len(subscriptions)
