"""What only one of twenty may get, asked for by twenty at once, on the database that the run stands on."""

from http.cookiejar import CookieJar
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, HTTPRedirectHandler, Request, build_opener

import pytest

from members.enums import MailKind
from members.gifts.gifting import CannotRedeem, redeem_gift
from members.models import Gift, Membership, OutgoingMail, Signup
from payments.enums import EntryKind
from payments.models import Checkout, LedgerEntry
from tests.factories.members import GiftOfferFactory, PlanFactory, UserFactory
from tests.support.books import assert_books
from tests.support.sandbox_process import SECRET_KEY, running_sandbox
from tests.support.stories import give
from tests.support.threads import all_at_once

RACERS, CODES = 20, 200


@pytest.mark.timeout(300)
@pytest.mark.django_db(transaction=True)
def test_twenty_racers_for_each_of_two_hundred_gifts():
    offer = GiftOfferFactory()
    gifts = [give(f"giver{number}@example.org", offer=offer) for number in range(CODES)]
    racers = UserFactory.create_batch(RACERS)

    def redeem_all(number):
        wins = 0
        for gift in gifts:
            try:
                redeem_gift(gift=Gift.objects.get(pk=gift.pk), user=racers[number])
                wins += 1
            except CannotRedeem:
                pass
        return wins

    wins = all_at_once(redeem_all, RACERS)

    assert [won for won in wins if not isinstance(won, int)] == []
    assert sum(wins) == CODES
    assert Gift.objects.filter(redeemed_at__isnull=False).count() == CODES
    assert Membership.objects.filter(gift__in=gifts).count() == CODES
    assert LedgerEntry.objects.filter(kind=EntryKind.GIFT_REDEEMED).count() == CODES
    assert OutgoingMail.objects.filter(kind=MailKind.GIFT_REDEEMED).count() == CODES
    assert_books()


class _Stay(HTTPRedirectHandler):
    """Leaves a redirect to be looked at."""

    def redirect_request(self, *_):
        return None

    def http_error_303(self, _request, answer, *_):
        return answer

    http_error_302 = http_error_303


@pytest.mark.django_db(transaction=True)
def test_twenty_submits_of_one_join_open_one_page(live_server, settings):
    with running_sandbox() as sandbox:
        settings.STRIPE_API_BASE, settings.STRIPE_SECRET_KEY = sandbox.base_url, SECRET_KEY
        PlanFactory()
        jar = CookieJar()
        browser = build_opener(HTTPCookieProcessor(jar), _Stay())
        browser.open(f"{live_server.url}/join/?currency=EUR").read()
        token = next(cookie.value for cookie in jar if cookie.name == "csrftoken")
        form = {
            "interval": "month",
            "amount_month": "1500",
            "email": "ada@example.org",
            "csrfmiddlewaretoken": token,
        }
        request = Request(f"{live_server.url}/join/?currency=EUR", urlencode(form).encode())

        found = all_at_once(lambda _: browser.open(request, timeout=60).headers["Location"])

        [session] = sandbox.client().v1.checkout.sessions.list().data
    assert found == [session.url] * RACERS
    assert (Checkout.objects.get().session_id, Signup.objects.count()) == (session.id, 1)
