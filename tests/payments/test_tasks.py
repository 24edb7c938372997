import pytest
from django.utils import timezone

from payments.models import Heartbeat
from payments.tasks import tick

pytestmark = pytest.mark.django_db


def test_tick_notes_the_time_in_one_row(time_machine_now):
    tick()
    time_machine_now.shift(10)
    tick()
    assert Heartbeat.objects.count() == 1
    assert Heartbeat.last_at() == timezone.now()


def test_nothing_has_ticked_at_first():
    assert Heartbeat.last_at() is None
