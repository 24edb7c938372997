"""The pages on which a reader changes what they have, where Stripe cannot be reached or the reader is in a hurry."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from members.models import MembershipChange, ReturnReminder, User
from members.views.switching import GOOD_FOR
from payments.models import Payment, Subscription, UnpaidInvoice
from tests.factories.members import PlanFactory, TierFactory
from tests.support.books import assert_books
from tests.support.stories import join
from tests.support.threads import all_at_once

pytestmark = pytest.mark.django_db


@pytest.fixture
def plans():
    tiers = [TierFactory(name="Friend"), TierFactory(name="Keeper", position=1)]
    return [PlanFactory(tier=tiers[0]), PlanFactory(tier=tiers[1], amount=2000)]


@pytest.fixture
def reader(client, plans):
    """Somebody who has the first plan, recorded without Stripe, which is away."""
    join("ada@example.org", plan=plans[0])
    client.force_login(User.objects.get())
    return client


@pytest.fixture
def member(client, plans, at_stripe):
    """The same with Stripe there."""
    at_stripe.join("ada@example.org", plan=plans[0])
    at_stripe.tell()
    client.force_login(User.objects.get())
    return client


def path(page):
    return f"/account/membership/{Subscription.objects.get().pk}/{page}/"


def reads(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def test_stripe_away_is_said_and_nothing_is_charged(reader, plans):
    page = reads(reader.get(path("switch"), {"plan": plans[1].pk}))
    assert "Our payment service cannot be reached just now. Nothing was charged." in page
    assert MembershipChange.objects.asked().count() == 0
    assert "cannot be reached" in reads(reader.post(path("card"), follow=True))


def test_unknown_outcome_is_said_and_waits(reader):
    page = reads(reader.post(path("cancel"), follow=True))
    assert "we do not know yet whether this was done" in page
    assert "has not confirmed it yet" in page
    assert MembershipChange.objects.asked().count() == 1
    assert "Cancel membership" in page


def test_asked_once_more_is_done_once_for_the_sum_that_was_shown(member, plans, at_stripe):
    """Stripe does it, and its answer is lost: what is shown and charged by then is what it was before."""
    with time_machine.travel(timezone.now() + timedelta(days=10)) as clock:
        first = member.get(path("switch"), {"plan": plans[1].pk}).context
        fault = {"method": "POST", "path": "/v1/subscriptions/*", "fault": "reset_after", "times": 9}
        at_stripe.switch("faults", {"api": [fault]})
        assert "we do not know yet" in reads(
            member.post(path("switch"), {"agreed": first["agreed"]}, follow=True)
        )
        at_stripe.switch("faults", {})
        clock.shift(3600)
        again = member.get(path("switch"), {"plan": plans[1].pk}).context
        assert again["preview"].at == first["preview"].at
        assert "Done." in reads(member.post(path("switch"), {"agreed": again["agreed"]}, follow=True))
        assert list(Payment.objects.order_by("pk").values_list("amount", flat=True)) == [
            1000, first["preview"].due_now.amount,
        ]  # fmt: skip
    assert MembershipChange.objects.filter(kind="switched").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_once_are_one_change(member, plans):
    agreed = member.get(path("switch"), {"plan": plans[1].pk}).context["agreed"]
    there, cookies = path("switch"), member.cookies

    def press(_number):
        tab = Client()
        tab.cookies = cookies
        return tab.post(there, {"agreed": agreed}).status_code

    assert all_at_once(press, threads=3) == [302] * 3
    assert MembershipChange.objects.filter(kind="switched", done_at__isnull=False).count() == 1
    assert Payment.objects.count() == 2
    assert_books()


@pytest.mark.parametrize(("method", "page"), [("get", "switch"), ("post", "cancel")])
def test_nobody_may_ask_stripe_without_end(reader, plans, settings, method, page):
    settings.LIMITS = settings.LIMITS | {"checkout": "1/h/address"}
    answers = [getattr(reader, method)(path(page), {"plan": plans[1].pk}).status_code for _ in range(2)]
    assert answers[1] == 429


def test_owed_payment_leads_to_the_card_page(reader):
    subscription = Subscription.objects.get()
    now = timezone.now()
    UnpaidInvoice.objects.create(
        invoice_id="in_1", livemode=False, subscription=subscription, amount=1000, currency="EUR", attempts=1,
        period_start=now, failed_at=now, next_attempt_at=now + timedelta(days=3), read_at=now,
    )  # fmt: skip
    page = reads(reader.get("/account/"))
    assert "Your last payment of €10 did not go through." in page
    assert "Put it right" in page
    assert "/card/" in reader.post(path("card"))["Location"]


@pytest.mark.parametrize(
    ("plan", "amount", "error"),
    [
        (0, "", "This is what you have already."),
        (0, "10", "This is what you have already."),
        (0, "9.99", "The least is €10"),
        (1, "19", "The least is €20"),
        (1, "many", "This is not an amount of money."),
        (None, "", "Choose a membership."),
    ],
)
def test_errors_stand_in_place(reader, plans, plan, amount, error):
    pk = plans[plan].pk if plan is not None else ""
    response = reader.get(path("switch"), {"plan": pk, "amount": amount})
    assert response.status_code == 200
    assert error in reads(response)


def test_own_amount_of_the_same_plan_counts_from_the_next_payment(member, plans):
    page = reads(member.get(path("switch"), {"plan": plans[0].pk, "amount": "12,50"}))
    assert "Friend, €12.50 a month" in page
    assert "Nothing is charged today." in page


@pytest.mark.parametrize("harm", ["changed", "old", "of another"])
def test_yes_counts_only_for_what_was_shown(member, plans, harm):
    shown = member.get(path("switch"), {"plan": plans[1].pk}).context["agreed"]
    there, later = path("switch"), timezone.now()
    if harm == "changed":
        shown = shown[:-1] + ("A" if shown[-1] != "A" else "B")
    if harm == "old":
        later += timedelta(seconds=GOOD_FOR + 1)
    if harm == "of another":
        join("ada@example.org", plan=plans[1])
        there = f"/account/membership/{Subscription.objects.latest('pk').pk}/switch/"
    with time_machine.travel(later):
        page = reads(member.post(there, {"agreed": shown}, follow=True))
    assert "Please look at the sum once more." in page
    assert MembershipChange.objects.filter(kind="switched").count() == 0


def test_reason_brings_one_offer_and_no_maze(member):
    page = reads(member.post(path("cancel"), {"reason": "break", "words": "Too much war."}))
    assert "You could pause" in page
    assert "No thanks, cancel now" in page
    assert MembershipChange.objects.filter(kind="cancelled").count() == 0
    said = {"reason": "break", "words": "Too much war.", "is_sure": "1"}
    for _ in range(2):
        response = member.post(path("cancel"), said, follow=True)
        assert "Nothing more is charged." in reads(response)
    change = MembershipChange.objects.get(kind="cancelled")
    assert (change.reason_code, change.reason) == ("break", "Too much war.")


def test_asked_to_be_reminded_while_leaving(member):
    page = reads(member.post(path("cancel"), {"reason": "elsewhere"}))
    assert "Cancel, and write to me in six months" in page
    member.post(path("cancel"), {"reason": "elsewhere", "is_sure": "1", "remind": "6"})
    first = ReturnReminder.objects.get().due_on
    for months in ("3", "70000", "no"):
        member.post(path("remind"), {"remind": months})
    assert ReturnReminder.objects.get().due_on < first


def test_reminder_is_for_who_left(member):
    member.post(path("remind"), {"remind": "3"})
    assert ReturnReminder.objects.count() == 0


def test_words_are_at_most_five_hundred(member):
    response = member.post(path("cancel"), {"words": "x" * 501})
    assert "at most 500 characters" in reads(response)
    assert MembershipChange.objects.filter(kind="cancelled").count() == 0


@pytest.mark.parametrize("page", ["keep", "remind", "card"])
def test_nothing_happens_by_a_link(reader, page):
    assert reader.get(path(page)).status_code == 405


def test_changes_want_a_token_of_our_page(reader):
    reader.handler.enforce_csrf_checks = True
    for page in ("switch", "pause", "resume", "cancel", "keep", "remind", "card"):
        assert reader.post(path(page)).status_code == 403


def test_card_page_opens_at_stripe(member):
    response = member.post(path("card"))
    assert response.status_code == 302
    assert "/p/session/" in response["Location"] or "portal" in response["Location"]
    assert member.post("/account/invoices/")["Location"].startswith("http")
