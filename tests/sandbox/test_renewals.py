"""Subscriptions through the months: announced, renewed, paused, ended, all by the sandbox's clock."""

import pytest

from tests.sandbox.builders import instant, monthly, new_customer, subscribed, subscribing

HOUR = 60 * 60
DAY = 24 * HOUR


@pytest.fixture
def client(in_2030):
    return in_2030.client().v1


@pytest.fixture
def go_to(in_2030):
    """Moves the clock to a date."""
    return lambda *date: in_2030.switch("clock", {"to": instant(*date)})


def period(client, subscription):
    item = client.subscriptions.retrieve(subscription.id)["items"].data[0]
    return item.current_period_start, item.current_period_end


def invoices(client, subscription):
    """Oldest first."""
    return client.invoices.list({"subscription": subscription.id, "limit": 100}).data[::-1]


def told(client, since=0):
    """`(type, created)` of the events after an instant, oldest first."""
    events = client.events.list({"limit": 100, "created": {"gt": since}}).data[::-1]
    return [(event.type, event.created) for event in events]


def near(created, *date):
    """Whether an instant is that date's noon, but for the seconds that the test took until it subscribed."""
    return 0 <= created - instant(*date) < 60


def test_month_is_billed_by_a_draft_that_is_paid_an_hour_later(client, go_to):
    subscription = subscribed(client)
    _, end = period(client, subscription)

    go_to(2030, 2, 28, 12, 30)
    [_, draft] = invoices(client, subscription)
    go_to(2030, 3, 1)
    [_, paid] = invoices(client, subscription)

    assert near(end, 2030, 2, 28)
    assert (draft.id, draft.status, draft.created, draft.billing_reason) == (
        paid.id, "draft", end, "subscription_cycle",
    )  # fmt: skip
    assert (draft.automatically_finalizes_at, draft.next_payment_attempt) == (end + HOUR, end + HOUR)
    assert (draft.period_start, draft.period_end) == (subscription.created, end)
    assert (paid.status, paid.amount_paid, paid.attempt_count) == ("paid", 1000, 1)
    assert paid.status_transitions.paid_at == end + HOUR
    [line] = paid.lines.data
    assert (line.period.start, line.period.end) == period(client, subscription)
    assert near(line.period.end, 2030, 3, 31)
    latest = client.subscriptions.retrieve(subscription.id)
    assert (latest.status, latest.latest_invoice) == ("active", paid.id)


def test_renewal_moves_money_and_dates_it(client, go_to):
    subscription = subscribed(client)
    _, end = period(client, subscription)

    go_to(2030, 3, 1)

    newest = client.charges.list({"expand": ["data.balance_transaction"]}).data[0]
    money = newest.balance_transaction
    assert (newest.amount, newest.created, newest.description) == (1000, end + HOUR, "Subscription update")
    assert (money.net, money.created) == (941, end + HOUR)
    intent = client.payment_intents.retrieve(newest.payment_intent)
    [payment] = client.invoice_payments.list({"invoice": invoices(client, subscription)[1].id}).data
    assert (payment.payment.payment_intent, payment.status) == (intent.id, "paid")


def test_renewal_is_told_in_this_order_and_at_these_times(client, go_to):
    subscription = subscribed(client)
    _, end = period(client, subscription)

    go_to(2030, 3, 1)

    assert told(client, subscription.created + HOUR) == [
        ("invoice.upcoming", end - 7 * DAY),
        ("invoice.created", end),
        ("customer.subscription.updated", end),
        ("payment_intent.created", end + HOUR),
        ("invoice.finalized", end + HOUR),
        ("charge.succeeded", end + HOUR),
        ("charge.updated", end + HOUR),
        ("payment_intent.succeeded", end + HOUR),
        ("invoice_payment.paid", end + HOUR),
        ("invoice.paid", end + HOUR),
        ("invoice.payment_succeeded", end + HOUR),
    ]


def test_update_of_a_renewal_tells_the_period_that_is_over(client, go_to):
    subscription = subscribed(client)
    before = period(client, subscription)

    go_to(2030, 2, 28, 13)

    [event, _] = client.events.list({"type": "customer.subscription.updated"}).data
    [item] = event.data.previous_attributes["items"]["data"]
    assert (item["current_period_start"], item["current_period_end"]) == before
    assert event.data.previous_attributes["latest_invoice"] == subscription.latest_invoice


def test_upcoming_invoice_is_what_the_renewal_then_asks(client, go_to):
    customer = new_customer(client)
    subscription = subscribed(client, customer)
    client.invoice_items.create({"customer": customer, "amount": 250, "currency": "eur"})

    go_to(2030, 3, 1)

    [upcoming] = client.events.list({"type": "invoice.upcoming"}).data
    preview, paid = upcoming.data.object, invoices(client, subscription)[1]
    assert preview.id.startswith("upcoming_in_")
    assert preview.amount_due == paid.amount_paid == 1250
    assert [line.amount for line in paid.lines.data] == [250, 1000]
    assert [line.period.end for line in preview.lines.data][1] == paid.lines.data[1].period.end


def test_year_on_the_31st_has_twelve_months_at_their_last_days(client, go_to):
    subscription = subscribed(client)

    go_to(2031, 1, 31, 14)

    starts = [invoice.lines.data[0].period.start for invoice in invoices(client, subscription)]
    days = [
        (2030, 1, 31), (2030, 2, 28), (2030, 3, 31), (2030, 4, 30), (2030, 5, 31), (2030, 6, 30), (2030, 7, 31),
        (2030, 8, 31), (2030, 9, 30), (2030, 10, 31), (2030, 11, 30), (2030, 12, 31), (2031, 1, 31),
    ]  # fmt: skip
    assert [near(start, *day) for start, day in zip(starts, days, strict=True)] == [True] * 13
    assert {invoice.status for invoice in invoices(client, subscription)} == {"paid"}


def test_weekly_subscription_is_renewed_without_announcement(client, go_to):
    subscription = subscribed(client, price=monthly(client, interval="week"))
    go_to(2030, 2, 15)
    assert len(invoices(client, subscription)) == 3
    assert client.events.list({"type": "invoice.upcoming"}).data == []


def test_subscription_told_to_run_out_ends_with_its_period_and_is_not_renewed(client, go_to):
    subscription = subscribed(client)
    _, end = period(client, subscription)
    asked = client.subscriptions.update(
        subscription.id,
        {"cancel_at_period_end": True, "cancellation_details": {"feedback": "too_expensive"}},
    )

    go_to(2030, 2, 28, 11)
    assert client.subscriptions.retrieve(subscription.id).status == "active"
    go_to(2030, 3, 29)

    ended = client.subscriptions.retrieve(subscription.id)
    assert (ended.status, ended.ended_at, ended.canceled_at) == ("canceled", end, asked.canceled_at)
    assert (ended.cancellation_details.reason, ended.cancellation_details.feedback) == (
        "cancellation_requested", "too_expensive",
    )  # fmt: skip
    assert told(client, asked.canceled_at + HOUR) == [("customer.subscription.deleted", end)]
    assert len(invoices(client, subscription)) == 1


def test_subscription_kept_after_all_is_renewed(client, go_to):
    subscription = subscribed(client, cancel_at_period_end=True)
    _, end = period(client, subscription)
    assert (subscription.cancel_at, subscription.cancel_at_period_end) == (end, True)

    client.subscriptions.update(subscription.id, {"cancel_at_period_end": False})
    go_to(2030, 3, 1)

    assert client.subscriptions.retrieve(subscription.id).status == "active"
    assert len(invoices(client, subscription)) == 2


@pytest.mark.parametrize(
    ("behavior", "status", "events"),
    [
        ("void", "void", ["invoice.finalized", "payment_intent.canceled", "invoice.voided"]),
        ("mark_uncollectible", "uncollectible", ["invoice.finalized", "invoice.marked_uncollectible"]),
        ("keep_as_draft", "draft", []),
    ],
)
def test_paused_subscription_charges_nothing_and_stays_active(client, go_to, behavior, status, events):
    subscription = subscribed(client)
    _, end = period(client, subscription)
    client.subscriptions.update(subscription.id, {"pause_collection": {"behavior": behavior}})

    go_to(2030, 3, 1)

    assert client.subscriptions.retrieve(subscription.id).status == "active"
    assert [invoice.status for invoice in invoices(client, subscription)] == ["paid", status]
    later = [kind for kind, created in told(client, end + 1) if kind != "payment_intent.created"]
    assert later == events
    assert len(client.charges.list().data) == 1


def test_pause_ends_at_its_time_or_when_it_is_lifted(client, go_to):
    until = instant(2030, 3, 15)
    first, second = subscribed(client), subscribed(client)
    pause = {"behavior": "void"}
    client.subscriptions.update(first.id, {"pause_collection": pause | {"resumes_at": until}})
    client.subscriptions.update(second.id, {"pause_collection": pause})

    go_to(2030, 3, 20)
    client.subscriptions.update(second.id, {"pause_collection": ""})
    go_to(2030, 4, 1)

    for subscription in (first, second):
        assert client.subscriptions.retrieve(subscription.id).pause_collection is None
        assert [invoice.status for invoice in invoices(client, subscription)] == ["paid", "void", "paid"]
    resumed = client.events.list(
        {"type": "customer.subscription.updated", "created": {"gte": until, "lte": until}}
    )
    assert [event.data.object.id for event in resumed.data] == [first.id]


def test_trial_is_warned_of_and_then_billed(client, go_to):
    subscription = subscribed(client, trial_period_days=14)
    end = subscription.trial_end

    go_to(2030, 2, 15)

    trial, first = invoices(client, subscription)
    assert (trial.amount_due, first.amount_paid, first.lines.data[0].period.start) == (0, 1000, end)
    assert client.subscriptions.retrieve(subscription.id).status == "active"
    assert ("customer.subscription.trial_will_end", end - 3 * DAY) in told(client)
    assert near(period(client, subscription)[1], 2030, 3, 14)


@pytest.mark.parametrize(
    ("behavior", "status", "event"),
    [
        ("cancel", "canceled", "customer.subscription.deleted"),
        ("pause", "paused", "customer.subscription.paused"),
        ("create_invoice", "past_due", "invoice.payment_failed"),
    ],
)
def test_trial_without_a_card_ends_as_it_was_started(client, go_to, behavior, status, event):
    settings = {"end_behavior": {"missing_payment_method": behavior}}
    customer = new_customer(client, card=None)
    subscription = subscribed(client, customer, trial_period_days=7, trial_settings=settings)

    go_to(2030, 2, 8)

    assert client.subscriptions.retrieve(subscription.id).status == status
    assert event in [kind for kind, _ in told(client)]


def test_history_is_brought_up_to_the_present_in_silence(own_sandbox):
    client = own_sandbox.client().v1
    client.webhook_endpoints.create({"url": "http://127.0.0.1:9/", "enabled_events": ["*"]})
    own_sandbox.switch("webhooks", {"paused": True})
    own_sandbox.switch("clock", {"to": instant(2030, 6, 15)})
    past = [{"at": instant(2030, 3, 10), "session": subscribing()}]
    before = own_sandbox.switch("deliveries")["pending"]

    [session] = own_sandbox.switch("history", {"checkouts": past})["sessions"]

    subscription = client.checkout.sessions.retrieve(session, {"expand": ["subscription"]}).subscription
    paid = [invoice.status_transitions.paid_at for invoice in invoices(client, subscription)]
    assert paid == [instant(2030, 3, 10)] + [instant(2030, month, 10, 13) for month in (4, 5, 6)]
    assert period(client, subscription) == (instant(2030, 6, 10), instant(2030, 7, 10))
    assert own_sandbox.switch("deliveries")["pending"] == before


def test_detached_card_is_charged_no_more(client, go_to):
    customer = new_customer(client)
    subscription = subscribed(client, customer)
    [card] = client.payment_methods.list({"customer": customer}).data
    client.payment_methods.detach(card.id)

    go_to(2030, 3, 1)

    assert client.subscriptions.retrieve(subscription.id).status == "past_due"
    assert len(client.charges.list().data) == 1


def test_draft_by_hand_that_is_to_go_on_by_itself_does(client, go_to):
    customer = new_customer(client)
    client.invoice_items.create({"customer": customer, "amount": 700, "currency": "eur"})
    wanted = {"customer": customer, "pending_invoice_items_behavior": "include"}
    alone = client.invoices.create(wanted | {"auto_advance": True})
    kept = client.invoices.create({"customer": customer})

    go_to(2030, 2, 1)

    assert alone.automatically_finalizes_at == alone.created + HOUR
    assert client.invoices.retrieve(alone.id).status == "paid"
    assert client.invoices.retrieve(kept.id).status == "draft"
