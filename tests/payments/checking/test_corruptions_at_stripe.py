"""All corruptions in one database, with Stripe's balance beside it: as many findings, and after mending none."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from payments.checking.running import TOLD_ALREADY
from payments.checking.stripe_balance import ON_ITS_WAY
from payments.enums import AlarmKind
from payments.models import Alarm
from tests.payments.checking.conftest import remove_guards
from tests.support.backup import Backup
from tests.support.corrupting import CORRUPTIONS
from tests.support.rich_at_stripe import rich_at_stripe

pytestmark = pytest.mark.django_db


def open_alarms():
    alarms = Alarm.objects.open().filter(kind=AlarmKind.BOOKS_DIFFER)
    return sorted(alarms.values_list("subject", flat=True))


def test_all_at_once_are_found_and_named_and_mended_they_are_gone(at_stripe, check_books):
    rich_at_stripe(at_stripe)
    remove_guards()
    later = timezone.now() + ON_ITS_WAY + timedelta(minutes=1)
    with time_machine.travel(later):
        assert check_books() == (0, [])
        backup = Backup(without=("payments_alarm", "payments_bookcheck"))
        by_hand = taken_by_hand(at_stripe)
        planted = sorted([by_hand, *(plant() for plant in CORRUPTIONS)])
        assert len(planted) >= 12
        assert check_books() == (1, planted)
        told = [(check, subject) for check, subject in planted if check not in TOLD_ALREADY]
        assert open_alarms() == [f"{check}: {subject}" for check, subject in told]
        backup.restore()
        # That money is at Stripe for good.
        assert check_books() == (1, [by_hand])
        assert open_alarms() == [": ".join(by_hand)]


def taken_by_hand(stripe):
    """Money at Stripe that nothing in our books knows of."""
    intent = stripe.api.payment_intents.create(
        {"amount": 700, "currency": "eur", "confirm": True, "payment_method": "pm_card_visa",
         "automatic_payment_methods": {"enabled": True, "allow_redirects": "never"},
         "expand": ["latest_charge"]}
    )  # fmt: skip
    return "balance_differs", intent.latest_charge.balance_transaction
