"""Whoever asks about an address learns nothing: the same status, page and number of mails, known to us or not."""

import re

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from members.gifts.gift_links import token_for
from members.models import Newsletter, NewsletterSubscription
from payments.models import Checkout
from tests.factories.members import GiftOfferFactory, PlanFactory
from tests.support.stories import give, join

pytestmark = pytest.mark.django_db

KNOWN, UNKNOWN = "known@example.org", "nobody@example.org"


def answer(path, form, email):
    """All that the asker sees: status, where it leads, the page there, and how many mails went to the address."""
    client = Client()
    mail.outbox.clear()
    first = client.post(path, form | {"email": email})
    page = (
        client.get(first["Location"]) if first.status_code == 302 and first["Location"][0] == "/" else first
    )
    words = page.content.decode().replace(email, "").replace(str(Checkout.objects.last().reference), "")
    words = re.sub(r'(csrfmiddlewaretoken" value|nonce)="[^"]*"', "", words)
    return first.status_code, first.get("Location", ""), words, [sent.to == [email] for sent in mail.outbox]


@pytest.fixture
def people(stripe_page):
    PlanFactory()
    GiftOfferFactory()
    join(KNOWN)
    return give("giver@example.org")


@pytest.mark.parametrize("path", ["/accounts/login/", "/accounts/signup/"])
def test_signing_in_and_up(people, path):
    known, unknown = answer(path, {}, KNOWN), answer(path, {}, UNKNOWN)
    assert known == unknown
    assert known[0] == 302


def test_asking_for_newsletters_and_card_links(people):
    letter = Newsletter.objects.create(slug="friday", name="Friday")
    NewsletterSubscription.objects.create(newsletter=letter, email=KNOWN, confirmed_at=timezone.now())
    for path, form in (("/newsletters/", {"newsletters": [letter.pk]}), ("/card/", {})):
        known, unknown = answer(path, form, KNOWN), answer(path, form, UNKNOWN)
        assert known == unknown
        assert known[0] == 200


def test_redeeming(people):
    path = f"/redeem/{token_for(people.reference)}/"
    assert answer(path, {}, KNOWN) == answer(path, {}, UNKNOWN)


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/join/", {"interval": "month", "amount_month": "1000"}),
        ("/gift/", {"giver_name": "Ada"}),
    ],
)
def test_buying(people, path, form):
    if path == "/gift/":
        form = form | {"offer": people.tier.gift_offers.first().pk}
    known, unknown = answer(path, form, KNOWN), answer(path, form, UNKNOWN)
    assert (known[0], known[2:]) == (unknown[0], unknown[2:])
    assert known[0] == 302
