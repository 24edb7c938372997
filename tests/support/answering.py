"""The site with one more address, at which it says how it sees the customer of a `billing-e2e` run."""

from datetime import UTC, datetime

from django.conf import settings
from django.http import JsonResponse
from django.urls import path

from config.urls import urlpatterns as _of_the_site
from members.memberships.access import has_access
from members.models import User
from members.periods import day_of
from payments import inbox
from payments.checking.findings import findings
from payments.enums import QueueState
from payments.gateway.client import client
from payments.models import StripeEvent, Subscription
from tests.support.sandbox_process import eventually, switch


def standing(request):
    """Access and subscription of `?customer=` on the day of their test clock, after all that Stripe told is heard.

    Also what the books are found to be wrong in, Stripe's balance included, and how many events are left.
    """
    _hear_everything()
    subscription = Subscription.objects.filter(customer__stripe_id=request.GET["customer"]).first()
    return JsonResponse(
        {
            "access": any(has_access(user, _today(request.GET["customer"])) for user in User.objects.all()),
            "subscription": subscription and subscription.status,
            "books": sorted({finding.check for finding in findings(is_offline=False)}),
            "waiting": StripeEvent.objects.exclude(state=QueueState.DONE).count(),
        }
    )


def _hear_everything():
    eventually(lambda: switch(settings.STRIPE_API_BASE, "deliveries")["pending"] == 0)
    while inbox.drain():
        pass


def _today(customer):
    clock = client().v1.customers.retrieve(customer, {"expand": ["test_clock"]}).test_clock
    return day_of(datetime.fromtimestamp(clock.frozen_time, UTC))


urlpatterns = [path("standing/", standing), *_of_the_site]
