import json
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from members.models import Membership
from payments import events, inbox, recording
from payments.alarms import raise_alarm
from payments.enums import AlarmKind, CheckoutStatus, QueueState
from payments.gateway.facts import GatewayError, NotThereYet
from payments.models import Alarm, Checkout, LedgerEntry, Payment, StripeEvent
from payments.tasks import drain_inbox
from tests.support.events import event_body, post_event, sign
from tests.support.threads import all_at_once

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("books")]


def receive(body):
    return inbox.receive(body, sign(body))


def open_alarms():
    return sorted(Alarm.objects.open().values_list("kind", "subject"))


# --- keeping ---------------------------------------------------------------------------------------


def test_signed_event_is_kept_with_the_bytes_that_were_signed(settings):
    settings.STRIPE_ACCOUNT = "acct_1"
    body = event_body(event_id="evt_1", account="acct_1") + b"\n "
    pk = receive(body)
    event = StripeEvent.objects.get()
    assert event.pk == pk
    assert bytes(event.body) == body
    assert (event.event_id, event.type, event.stripe_account) == (
        "evt_1",
        "checkout.session.completed",
        "acct_1",
    )
    assert (event.livemode, event.state, event.attempts) == (False, QueueState.PENDING, 0)


def test_event_posted_again_is_kept_once():
    body = event_body(event_id="evt_1")
    assert receive(body) is not None
    assert receive(body) is None
    assert StripeEvent.objects.count() == 1


def test_same_id_of_the_other_livemode_or_account_is_another_event(settings):
    receive(event_body(event_id="evt_1"))
    settings.STRIPE_ACCOUNT = "acct_1"
    receive(event_body(event_id="evt_1", account="acct_1"))
    settings.STRIPE_LIVEMODE = True
    receive(event_body(event_id="evt_1", livemode=True))
    kept = StripeEvent.objects.values_list("event_id", "stripe_account", "livemode").order_by("pk")
    assert list(kept) == [("evt_1", "", False), ("evt_1", "acct_1", False), ("evt_1", "", True)]


@pytest.mark.parametrize("is_live_site", [True, False])
def test_event_of_the_other_livemode_is_refused(settings, is_live_site):
    settings.STRIPE_LIVEMODE = is_live_site
    for _ in range(2):
        with pytest.raises(inbox.Refused):
            receive(event_body(livemode=not is_live_site))
    assert StripeEvent.objects.count() == 0
    assert open_alarms() == [(AlarmKind.EVENT_REFUSED, "test mode" if is_live_site else "live mode")]


@pytest.mark.parametrize("ours", ["", "acct_ours"])
def test_event_of_another_account_is_refused_and_told(settings, ours):
    settings.STRIPE_ACCOUNT = ours
    for _ in range(2):
        with pytest.raises(inbox.Refused):
            receive(event_body(account="acct_other"))
    assert StripeEvent.objects.count() == 0
    assert open_alarms() == [(AlarmKind.EVENT_REFUSED, "account acct_other")]


def test_event_that_names_no_account_is_ours(settings):
    settings.STRIPE_ACCOUNT = "acct_ours"
    receive(event_body(account=None))
    assert StripeEvent.objects.get().stripe_account == ""


def test_unsigned_event_of_another_account_raises_no_alarm():
    """Else anybody could have us send mails."""
    with pytest.raises(inbox.Refused):
        inbox.receive(event_body(account="acct_other", livemode=True), "t=1,v1=00")
    assert open_alarms() == []


def test_keys_that_stripe_may_add_do_no_harm():
    body = json.loads(event_body(event_id="evt_1")) | {"new_in_2027": {"deep": [1]}, "context": None}
    assert receive(json.dumps(body).encode()) is not None


@pytest.mark.django_db(transaction=True)
def test_twenty_posts_of_one_event_keep_one_row(client):
    body = event_body(event_id="evt_1")
    statuses = all_at_once(lambda _: post_event(client, body).status_code)
    assert statuses == [200] * 20
    assert StripeEvent.objects.count() == 1


# --- processing ------------------------------------------------------------------------------------


def test_processed_event_is_done(side, answers):
    answers["cs_1"] = side.session()
    pk = receive(event_body(object_id="cs_1"))
    assert inbox.process(pk) is True
    event = StripeEvent.objects.get()
    assert (event.state, event.attempts, event.error, event.lease_until) == (QueueState.DONE, 1, "", None)
    assert event.processed_at is not None
    assert Membership.objects.count() == 1


def test_done_event_is_not_processed_again(side, answers):
    answers["cs_1"] = side.session()
    pk = receive(event_body(object_id="cs_1"))
    inbox.process(pk)
    assert inbox.process(pk) is False
    assert StripeEvent.objects.get().attempts == 1


def test_object_is_read_outside_any_transaction(side, monkeypatch):
    depths = []

    def read(object_id):
        depths.append(len(transaction.get_connection().savepoint_ids))
        return side.session()

    outside = len(transaction.get_connection().savepoint_ids)
    monkeypatch.setitem(events._READERS, "checkout.session.completed", read)
    inbox.process(receive(event_body(object_id="cs_1")))
    assert depths == [outside]


def test_unknown_type_is_kept_and_done():
    receive(event_body("radar.early_fraud_warning.created", "issfr_1"))
    event = StripeEvent.objects.get()
    assert (event.state, event.processed_at, event.attempts) == (QueueState.DONE, event.received_at, 0)


def test_event_without_an_object_id_of_unknown_type_is_done():
    """invoice.upcoming has no id."""
    receive(event_body("invoice.upcoming", data={"object": {"object": "invoice"}}))
    assert StripeEvent.objects.get().state == QueueState.DONE


@pytest.mark.parametrize(
    "data", [None, [], {}, {"object": None}, {"object": {}}, {"object": {"object": "invoice"}}]
)
def test_event_of_a_known_type_without_an_object_id_touches_nothing(side, answers, data):
    """A peer looked rows up by the missing id, and matched every row without one."""
    inbox.process(receive(event_body("invoice.paid", data=data)))
    event = StripeEvent.objects.get()
    assert event.state == QueueState.PENDING
    assert event.error.startswith(("KeyError", "TypeError"))
    assert Payment.objects.count() == Membership.objects.count() == 0


def test_object_that_is_not_ours_changes_nothing(answers):
    answers["in_1"] = None
    inbox.process(receive(event_body("invoice.paid", "in_1")))
    assert StripeEvent.objects.get().state == QueueState.DONE
    assert Payment.objects.count() == 0


def test_failure_keeps_its_reason_and_backs_off(side, answers, time_machine_now):
    answers["cs_1"] = NotThereYet("pi_1 has no settled charge")
    pk = receive(event_body(object_id="cs_1"))
    waits = []
    for _ in range(StripeEvent.MAX_ATTEMPTS - 1):
        assert inbox.process(pk) is True
        event = StripeEvent.objects.get()
        assert (event.state, event.error) == (QueueState.PENDING, "NotThereYet: pi_1 has no settled charge")
        assert event.lease_until is None
        waits.append((event.next_try_at - timezone.now()).total_seconds() / (1 + event.pk % 25 / 100))
        assert inbox.process(pk) is False
        time_machine_now.move_to(event.next_try_at)
    assert waits == pytest.approx([2, 8, 32, 128, 512, 2048, 3600])


def test_event_that_fails_too_often_is_parked_and_leaves_the_queue(answers, time_machine_now):
    answers["cs_1"] = GatewayError("no such session")
    pk = receive(event_body(object_id="cs_1"))
    for _ in range(StripeEvent.MAX_ATTEMPTS):
        assert inbox.process(pk) is True
        time_machine_now.shift(timedelta(hours=2))
    event = StripeEvent.objects.get()
    assert (event.state, event.attempts, event.error) == (
        QueueState.PARKED,
        StripeEvent.MAX_ATTEMPTS,
        "GatewayError: no such session",
    )
    assert inbox.drain() == 0
    assert inbox.process(pk) is False


def test_parked_event_raises_an_alarm_with_its_reason(answers, time_machine_now):
    answers["cs_1"] = GatewayError("no such session")
    pk = receive(event_body(object_id="cs_1", event_id="evt_1"))
    for _ in range(StripeEvent.MAX_ATTEMPTS):
        assert open_alarms() == []
        inbox.process(pk)
        time_machine_now.shift(timedelta(hours=2))
    alarm = Alarm.objects.get()
    assert (alarm.kind, alarm.subject, alarm.message) == (
        AlarmKind.EVENT_PARKED,
        "evt_1",
        "checkout.session.completed: GatewayError: no such session",
    )


@pytest.mark.parametrize("state", [QueueState.PARKED, QueueState.DONE])
def test_replayed_event_is_processed_as_if_it_had_just_come(answers, side, state):
    answers["cs_1"] = side.session()
    receive(event_body(object_id="cs_1", event_id="evt_1"))
    StripeEvent.objects.update(
        state=state, attempts=8, processed_at=timezone.now(), error="GatewayError: away"
    )
    raise_alarm(kind=AlarmKind.EVENT_PARKED, subject="evt_1", message="!")
    raise_alarm(kind=AlarmKind.EVENT_PARKED, subject="evt_2", message="!")

    assert inbox.replay(StripeEvent.objects.filter(event_id="evt_1")) == 1
    assert open_alarms() == [(AlarmKind.EVENT_PARKED, "evt_2")]
    inbox.drain()

    event = StripeEvent.objects.get()
    assert (event.state, event.attempts, event.error) == (QueueState.DONE, 1, "")
    assert Membership.objects.count() == Payment.objects.count() == 1


def test_replayed_twice_it_is_still_recorded_once(answers, side):
    answers["cs_1"] = side.session()
    receive(event_body(object_id="cs_1"))
    for _ in range(3):
        inbox.drain()
        inbox.replay(StripeEvent.objects.all())
    assert Membership.objects.count() == Payment.objects.count() == LedgerEntry.objects.count() == 1


def test_poisoned_event_does_not_stop_the_others(side, answers):
    answers |= {"cs_bad": ValueError("poison"), "cs_1": side.session()}
    receive(event_body(object_id="cs_bad"))
    receive(event_body(object_id="cs_1"))
    drain_inbox()
    assert list(StripeEvent.objects.order_by("pk").values_list("state", flat=True)) == [
        QueueState.PENDING,
        QueueState.DONE,
    ]


def test_stripe_away_once_loses_nothing(side, answers, time_machine_now):
    answers["cs_1"] = GatewayError("connection refused")
    pk = receive(event_body(object_id="cs_1"))
    inbox.process(pk)
    answers["cs_1"] = side.session()
    time_machine_now.shift(timedelta(seconds=5))
    inbox.process(pk)
    event = StripeEvent.objects.get()
    assert (event.state, event.attempts, event.error) == (QueueState.DONE, 2, "")
    assert Membership.objects.count() == Payment.objects.count() == LedgerEntry.objects.count() == 1


def test_event_is_not_done_if_recording_failed(side, answers, monkeypatch):
    answers["cs_1"] = side.session()

    def fail(snapshot):
        Checkout.objects.update(status=CheckoutStatus.PAID)
        raise ValueError("surprise")

    monkeypatch.setattr(recording, "record", fail)
    inbox.process(receive(event_body(object_id="cs_1")))
    event = StripeEvent.objects.get()
    assert (event.state, event.error) == (QueueState.PENDING, "ValueError: surprise")
    assert Checkout.objects.get().status == CheckoutStatus.OPEN


def test_very_long_reason_is_cut(answers):
    answers["cs_1"] = GatewayError("x" * 5000)
    inbox.process(receive(event_body(object_id="cs_1")))
    assert len(StripeEvent.objects.get().error) == 2000
