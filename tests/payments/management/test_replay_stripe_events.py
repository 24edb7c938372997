from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from payments.enums import QueueState
from payments.models import StripeEvent
from tests.factories.payments import StripeEventFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def inbox():
    """One event in each state, of an hour and of three days ago."""
    now = timezone.now()
    for days in (0, 3):
        for state in QueueState:
            StripeEventFactory(
                event_id=f"evt_{state}_{days}",
                type=f"invoice.{'paid' if days else 'upcoming'}",
                state=state,
                attempts=8,
                error="GatewayError: away" if state == QueueState.PARKED else "",
                received_at=now - timedelta(days=days, hours=1),
                processed_at=now if state == QueueState.DONE else None,
            )


def replay(*arguments):
    out = StringIO()
    call_command("replay_stripe_events", *arguments, stdout=out)
    return out.getvalue().splitlines()


def replayed():
    waiting = StripeEvent.objects.filter(state=QueueState.PENDING, attempts=0)
    return set(waiting.values_list("event_id", flat=True))


@pytest.mark.usefixtures("inbox")
@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--parked"], {"evt_parked_0", "evt_parked_3"}),
        (["evt_done_0", "evt_parked_3"], {"evt_done_0", "evt_parked_3"}),
        (["--type", "invoice.paid", "--parked"], {"evt_parked_3"}),
        (
            ["--parked", "--type", "invoice.paid", "--type", "invoice.upcoming"],
            {"evt_parked_0", "evt_parked_3"},
        ),
        (
            ["--since", (timezone.now() - timedelta(days=1)).date().isoformat()],
            {"evt_done_0", "evt_parked_0", "evt_pending_0"},
        ),
        (
            ["--since", (timezone.now() - timedelta(days=9)).isoformat(), "--parked"],
            {"evt_parked_0", "evt_parked_3"},
        ),
    ],
)
def test_chosen_events_wait_again(arguments, expected):
    said = replay(*arguments)
    assert replayed() == expected
    assert said[-1] == f"{len(expected)} events wait to be processed again."
    assert {line.split()[0] for line in said[:-1]} == expected


@pytest.mark.usefixtures("inbox")
def test_it_says_what_each_event_failed_of():
    assert replay("--parked")[0] == "evt_parked_3  invoice.paid  parked  GatewayError: away"


@pytest.mark.usefixtures("inbox")
def test_dry_run_changes_nothing():
    said = replay("--parked", "--dry-run")
    assert (replayed(), said[-1]) == (set(), "2 events would be processed again.")


@pytest.mark.usefixtures("inbox")
@pytest.mark.parametrize("arguments", [[], ["--dry-run"]])
def test_all_is_never_meant_by_saying_nothing(arguments):
    with pytest.raises(CommandError, match="Say which"):
        replay(*arguments)
    assert replayed() == set()


@pytest.mark.usefixtures("inbox")
def test_id_that_is_not_there_is_told_and_nothing_done():
    with pytest.raises(CommandError, match=r"Not in the inbox: evt_no$"):
        replay("evt_no", "evt_done_0")
    assert replayed() == set()


@pytest.mark.usefixtures("inbox")
def test_time_that_is_none_is_refused():
    with pytest.raises(CommandError, match="since"):
        replay("--since", "yesterday")
