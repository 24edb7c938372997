"""What every queue does, seen on the inbox."""

from datetime import timedelta
from threading import Event, Thread

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from payments.enums import QueueState
from payments.models import StripeEvent
from payments.models.queue import BATCH
from tests.factories.payments import StripeEventFactory
from tests.support.threads import all_at_once

pytestmark = pytest.mark.django_db

queue = StripeEvent.objects


def only_row():
    return StripeEvent.objects.get()


def test_claimed_rows_are_leased_and_not_yet_tried(time_machine_now):
    StripeEventFactory()
    (row,) = queue.claim(10)
    kept = only_row()
    assert (kept.lease_until, kept.attempts) == (timezone.now() + StripeEvent.LEASE, 0)
    assert row.lease_until == kept.lease_until
    assert queue.claim(10) == []


def test_begun_row_counts_the_attempt_and_has_a_whole_lease_ahead(time_machine_now):
    StripeEventFactory()
    (row,) = queue.claim(10)
    time_machine_now.shift(60)
    assert row.begin() is True
    kept = only_row()
    assert (kept.attempts, kept.lease_until) == (1, timezone.now() + StripeEvent.LEASE)
    assert (row.attempts, row.lease_until) == (1, kept.lease_until)


def test_row_whose_lease_ran_out_belongs_to_who_claimed_it_next(time_machine_now):
    StripeEventFactory()
    (slow,) = queue.claim(10)
    time_machine_now.shift(StripeEvent.LEASE + timedelta(seconds=1))
    (quick,) = queue.claim(10)
    assert (slow.begin(), quick.begin()) == (False, True)
    assert only_row().attempts == 1
    assert slow.fail(ValueError("late")) is False
    assert (only_row().error, only_row().lease_until) == ("", quick.lease_until)


def test_worker_that_was_killed_before_its_turn_costs_a_row_no_attempt(time_machine_now):
    StripeEventFactory()
    for _ in range(StripeEvent.MAX_ATTEMPTS * 2):
        assert len(queue.claim(10)) == 1
        time_machine_now.shift(StripeEvent.LEASE + timedelta(seconds=1))
    assert (only_row().attempts, only_row().state) == (0, QueueState.PENDING)


def test_finished_row_leaves_the_queue(time_machine_now):
    StripeEventFactory(error="ValueError: before", attempts=1)
    (row,) = queue.take()
    row.finish()
    kept = only_row()
    assert (kept.state, kept.processed_at, kept.lease_until, kept.error) == (
        QueueState.DONE,
        timezone.now(),
        None,
        "",
    )
    time_machine_now.shift(timedelta(days=1))
    assert list(queue.take()) == []


def test_rows_that_failed_together_do_not_come_back_together(time_machine_now):
    StripeEventFactory.create_batch(20)
    for row in queue.take():
        row.fail(ValueError("away"))
    waits = [row.next_try_at - timezone.now() for row in queue.all()]
    assert len(set(waits)) == 20
    assert min(waits) >= timedelta(seconds=2)
    assert max(waits) <= timedelta(seconds=2.5)


def test_taking_stops_at_the_limit():
    StripeEventFactory.create_batch(BATCH * 3)
    assert len(list(queue.take(limit=BATCH * 2))) == BATCH * 2
    assert len(list(queue.take())) == BATCH


def test_row_that_waits_again_has_all_its_attempts_before_it(time_machine_now):
    event = StripeEventFactory(
        state=QueueState.PARKED, attempts=8, next_try_at=timezone.now() + timedelta(hours=1)
    )
    assert queue.filter(pk=event.pk).again() == 1
    (row,) = queue.take()
    assert row.attempts == 1


def test_row_that_is_hopeless_waits_for_a_person_at_once_and_says_how_often_it_was_tried(time_machine_now):
    StripeEventFactory()
    (row,) = StripeEvent.objects.all().take()
    assert row.fail(ValueError("no such customer"), is_hopeless=True) is True
    row.refresh_from_db()
    assert (row.state, row.attempts, row.lease_until) == (QueueState.PARKED, 1, None)


def test_done_without_a_time_is_refused_by_the_database():
    event = StripeEventFactory()
    with pytest.raises(IntegrityError), transaction.atomic():
        queue.filter(pk=event.pk).update(state=QueueState.DONE)


@pytest.mark.django_db(transaction=True)
def test_ten_workers_share_the_rows_and_none_is_taken_twice():
    StripeEventFactory.create_batch(100)
    taken = all_at_once(lambda _: [row.pk for row in queue.take()], threads=10)
    pks = sorted(pk for mine in taken for pk in mine)
    assert pks == sorted(queue.values_list("pk", flat=True))
    assert set(queue.values_list("attempts", flat=True)) == {1}


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ("no such thing", "ValueError: no such thing"),
        ("no such thing: 'a\0b'", "ValueError: no such thing: 'a\ufffdb'"),
        ("\ud800", "ValueError: ?"),
        ("x" * 5000, "ValueError: " + "x" * 1988),
    ],
)
def test_row_fails_in_words_that_every_database_takes(message, words):
    StripeEventFactory()
    (row,) = queue.take()
    row.fail(ValueError(message))
    assert only_row().error == words


@pytest.mark.skipif(
    not connection.features.has_select_for_update_skip_locked, reason="this database has no SKIP LOCKED"
)
@pytest.mark.django_db(transaction=True)
def test_rows_that_another_holds_are_passed_over_at_once():
    held, free = StripeEventFactory(), StripeEventFactory()
    is_held, may_end = Event(), Event()

    def hold():
        with transaction.atomic():
            queue.select_for_update().get(pk=held.pk)
            is_held.set()
            may_end.wait(30)
        connection.close()

    holder = Thread(target=hold)
    holder.start()
    is_held.wait(30)
    claimed = [row.pk for row in queue.claim(10)]
    was_still_held = not may_end.is_set() and holder.is_alive()
    may_end.set()
    holder.join(30)
    assert (claimed, was_still_held) == ([free.pk], True)
