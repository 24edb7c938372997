"""The inbox as a queue: leases, the sweeper, many workers at once."""

from datetime import timedelta

import pytest
from django.utils import timezone

from members.models import Membership
from payments import events, inbox
from payments.enums import QueueState
from payments.gateway.facts import GatewayError
from payments.models import LedgerEntry, Payment, StripeEvent
from payments.models.queue import BATCH
from payments.tasks import drain_inbox
from tests.factories.payments import StripeEventFactory
from tests.support.events import event_body, sign
from tests.support.threads import all_at_once

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("books")]


def receive(body):
    return inbox.receive(body, sign(body))


def test_lease_keeps_a_second_worker_away_while_it_runs(answers):
    event = StripeEventFactory(lease_until=timezone.now() + timedelta(seconds=5))
    assert inbox.process(event.pk) is False
    assert inbox.drain() == 0
    event.refresh_from_db()
    assert event.attempts == 0


def test_lease_of_a_killed_worker_runs_out(answers):
    answers["in_made"] = None
    event = StripeEventFactory(lease_until=timezone.now() - timedelta(seconds=1), attempts=1)
    assert inbox.process(event.pk) is True
    event.refresh_from_db()
    assert (event.state, event.attempts) == (QueueState.DONE, 2)


def test_worker_holds_the_lease_while_it_reads(side, monkeypatch):
    second = []

    def read(object_id):
        second.append(inbox.process(StripeEvent.objects.get().pk))
        return side.session()

    monkeypatch.setitem(events._READERS, "checkout.session.completed", read)
    assert inbox.process(receive(event_body(object_id="cs_1"))) is True
    assert second == [False]


def test_late_failure_does_not_wake_what_another_worker_finished(side, monkeypatch):
    """The first worker's lease runs out, a second finishes the event, then the first one's read fails."""

    def read(object_id):
        StripeEvent.objects.update(state=QueueState.DONE, processed_at=timezone.now(), lease_until=None)
        raise GatewayError("timed out")

    monkeypatch.setitem(events._READERS, "checkout.session.completed", read)
    inbox.process(receive(event_body(object_id="cs_1")))
    event = StripeEvent.objects.get()
    assert (event.state, event.error) == (QueueState.DONE, "")


@pytest.mark.django_db(transaction=True)
def test_twenty_workers_process_one_event_once(side, answers):
    answers["cs_1"] = side.session()
    pk = receive(event_body(object_id="cs_1"))
    assert sorted(all_at_once(lambda _: inbox.process(pk))) == [False] * 19 + [True]
    assert StripeEvent.objects.get().attempts == 1
    assert Membership.objects.count() == Payment.objects.count() == LedgerEntry.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_all_events_of_a_join_at_once_are_one_join(side, answers):
    answers |= {"cs_1": side.session(), "sub_1": side.subscription(), "in_1": side.invoice()}
    bodies = [
        event_body("checkout.session.completed", "cs_1"),
        event_body("customer.subscription.created", "sub_1"),
        event_body("customer.subscription.updated", "sub_1"),
        event_body("invoice.paid", "in_1"),
    ] * 4
    pks = [receive(body.replace(b"evt_", b"evt_%d_" % n)) for n, body in enumerate(bodies)]
    assert all_at_once(lambda number: inbox.process(pks[number]), threads=len(pks)) == [True] * len(pks)
    assert set(StripeEvent.objects.values_list("state", "error")) == {(QueueState.DONE, "")}
    assert Membership.objects.count() == Payment.objects.count() == LedgerEntry.objects.count() == 1


def test_sweeper_finds_what_the_bell_missed(side, answers):
    answers["cs_1"] = side.session()
    receive(event_body(object_id="cs_1"))
    drain_inbox()
    assert StripeEvent.objects.get().state == QueueState.DONE
    assert Membership.objects.count() == 1


def test_due_events_come_oldest_first_and_not_before_their_time():
    now = timezone.now()
    middle, late, early = (
        StripeEventFactory(next_try_at=now - timedelta(seconds=seconds)) for seconds in (30, 1, 60)
    )
    StripeEventFactory(next_try_at=now + timedelta(minutes=1))
    StripeEventFactory(state=QueueState.PARKED)
    StripeEventFactory(state=QueueState.DONE, processed_at=now)
    assert [event.pk for event in StripeEvent.objects.claim(2)] == [early.pk, middle.pk]
    assert [event.pk for event in StripeEvent.objects.take()] == [late.pk]
    assert list(StripeEvent.objects.take()) == []


@pytest.mark.parametrize(("count", "calls"), [(BATCH - 1, 0), (BATCH, 1), (BATCH * 3, 1)])
def test_worker_that_finds_many_calls_another_to_help(answers, monkeypatch, count, calls):
    rung = []
    monkeypatch.setattr(inbox, "ring", rung.append)
    answers["in_made"] = None
    StripeEventFactory.create_batch(count)
    assert inbox.drain() == count
    assert rung == [inbox.DRAIN] * calls
