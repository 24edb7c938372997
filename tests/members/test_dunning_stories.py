"""Renewals that fail, lived through on Stripe's test clocks: page, mails, rows and books agree after each step."""

import re
from urllib.parse import urljoin

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from members.dues import dunning
from members.dues.signed_links import card_url
from members.memberships.access import has_access
from members.models import Membership, OutgoingMail, User
from members.outbox import mailing
from payments import collecting
from payments.models import CollectionRequest, UnpaidInvoice
from tests.sandbox.browser import pay, visit
from tests.support.at_stripe import deliver
from tests.support.books import assert_agreed
from tests.support.clocked import ASKING, FAILING, ClockedMember

pytestmark = pytest.mark.django_db

GOOD_CARD = "4000056655665556"


@pytest.fixture
def member(at_stripe, time_machine_now):
    return ClockedMember(at_stripe, time_machine_now)


def backwards_and_again(bodies):
    deliver(bodies[::-1])
    deliver(bodies)


def lived(member, how=deliver):
    """What Stripe has done is heard, mails go out; and what everything says now."""
    member.hear(how)
    collecting.drain()
    dunning.owe_notices()
    mailing.drain()
    assert_agreed()
    return standing(member)


def standing(member):
    """Access, the card page, the invoice, the subscription, and the mails about it so far."""
    path = card_url(member.subscription).removeprefix("http://localhost:8000")
    page = Client().get(path).content.decode()
    heading = page.partition("<h1>")[2].partition("</h1>")[0]
    owed = UnpaidInvoice.objects.first()
    mails = OutgoingMail.objects.filter(unsent="").exclude(kind="welcome").order_by("pk")
    return (
        has_access(User.objects.get(), timezone.localdate()),
        heading,
        owed.state,
        member.subscription.status,
        [each.reference.partition(":")[2] or each.kind for each in mails],
    )


OWING = "Your payment did not go through"


@pytest.mark.parametrize("how", [deliver, backwards_and_again], ids=["in order", "backwards and again"])
def test_card_that_fails_four_times_and_is_saved_on_the_third_mail(member, how):
    member.pay_by(FAILING)
    member.go_to(member.renewal())
    assert lived(member, how) == (True, OWING, "open", "past_due", ["0"])
    member.go_on(days=3)
    assert lived(member, how) == (True, OWING, "open", "past_due", ["0", "3"])
    member.go_on(days=4)
    assert lived(member, how) == (True, OWING, "open", "past_due", ["0", "3", "7"])
    member.go_on(days=1)
    lived(member, how)
    assert UnpaidInvoice.objects.get().attempts == 3

    client = Client()
    link = next(line for line in mail.outbox[-1].body.splitlines() if "/card/" in line)
    path = link.removeprefix("http://localhost:8000")
    back = pay(client.post(path)["Location"], number="4000000000000341")
    come_back(client, back.location, "This card was declined too")
    member.go_on(minutes=1)
    back = pay(client.post(path)["Location"], number=GOOD_CARD)
    come_back(client, back.location, "Thank you, all is well")

    assert lived(member, how) == (True, "All is well", "recovered", "active", ["0", "3", "7"])
    member.go_on(days=7)
    assert lived(member, how) == (True, "All is well", "recovered", "active", ["0", "3", "7"])
    assert Membership.objects.count() == 2


def come_back(client, location, words):
    path = location.removeprefix("http://localhost:8000")
    assert "We are trying your new card now" in client.get(path).content.decode()
    collecting.drain()
    assert words in client.get(path).content.decode()
    # Whoever looks again asks for nothing more.
    collecting.drain()
    assert words in client.get(path).content.decode()


def test_one_that_is_lost(member):
    member.pay_by(FAILING)
    member.go_to(member.renewal())
    seen = [lived(member)]
    for days in (3, 4, 7, 1, 1):
        member.go_on(days=days)
        seen.append(lived(member))
    over = ["0", "3", "7", "14", "membership_lost"]
    assert seen[-3:] == [
        (True, OWING, "open", "past_due", ["0", "3", "7", "14"]),
        (False, "Your membership has ended", "lost", "canceled", over),
        (False, "Your membership has ended", "lost", "canceled", over),
    ]
    assert Membership.objects.count() == 1


def test_renewal_that_the_bank_wants_confirmed_is_confirmed_on_the_invoices_page(member):
    member.pay_by(ASKING)
    member.go_to(member.renewal())
    assert lived(member) == (True, "Please confirm your payment", "open", "past_due", ["0"])
    assert "Your bank wants you to confirm" in mail.outbox[-1].subject

    client = Client()
    path = card_url(member.subscription).removeprefix("http://localhost:8000")
    hosted = client.post(path, {"confirm": "yes"})["Location"]
    assert hosted == UnpaidInvoice.objects.get().page_url
    member.go_on(minutes=1)
    confirm(hosted)
    assert lived(member) == (True, "All is well", "recovered", "active", ["0"])
    member.go_on(days=3)
    assert lived(member)[-1] == ["0"]
    assert CollectionRequest.objects.filter(outcome="paid").count() == 0


def confirm(hosted):
    """On the invoice's page, then on the bank's."""
    bank = re.search(r'href="(/c/3ds/[^"]+)"', visit(hosted).html)[1]
    visit(urljoin(hosted, bank), {"outcome": "complete"})
