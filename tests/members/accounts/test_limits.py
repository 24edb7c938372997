import pytest
from django.core import mail
from django.core.cache import cache

from members.accounts import limits
from members.accounts.limits import network_of
from payments.models import Checkout
from tests.factories.members import PlanFactory, UserFactory
from tests.support.sign_in import sign_in_by_code

pytestmark = pytest.mark.django_db


def join(client, email, ip="203.0.113.7"):
    form = {"interval": "month", "amount_month": "1000", "email": email}
    return client.post("/join/", form, REMOTE_ADDR=ip)


@pytest.fixture(autouse=True)
def _few(settings, stripe_page):
    PlanFactory()
    settings.LIMITS = {"checkout": "2/h/address,3/h/net,5/h/all", "mail": "2/h/address", "guess": "3/h/net"}


def test_address_network_and_all_together_have_each_their_limit(client):
    by_address = [join(client, "a@example.org", ip=f"198.51.{n}.1").status_code for n in range(3)]
    cache.clear()
    by_network = [join(client, f"n{n}@example.org", ip=f"203.0.113.{n}").status_code for n in range(4)]
    cache.clear()
    by_all = [join(client, f"e{n}@example.org", ip=f"198.51.{n}.1").status_code for n in range(6)]
    assert by_address == [302, 302, 429]
    assert by_network == [302, 302, 302, 429]
    assert by_all == [302, 302, 302, 302, 302, 429]


def test_page_says_that_nothing_was_charged_and_nothing_is_opened(client):
    for _ in range(3):
        response = join(client, "ada@example.org")
    assert "Nothing was charged" in response.content.decode()
    assert Checkout.objects.count() == 1


def test_limit_is_over_after_its_time(client, time_machine_now):
    for _ in range(3):
        join(client, "ada@example.org")
    time_machine_now.shift(3601)
    assert join(client, "ada@example.org").status_code == 302


def test_limits_hold_with_the_cache_down(client, monkeypatch):
    def down(*args, **kwargs):
        raise ConnectionError("no cache")

    limits._at_hand.clear()
    monkeypatch.setattr(cache, "add", down)
    assert [join(client, "ada@example.org").status_code for _ in range(3)] == [302, 302, 429]


def test_what_a_reader_sends_does_not_say_who_they_are(client):
    statuses = [
        client.post("/join/", {"email": f"n{n}@example.org", "interval": "month", "amount_month": "1000"},
                    headers={"X-Forwarded-For": f"198.51.{n}.1"}).status_code
        for n in range(4)
    ]  # fmt: skip
    assert statuses == [302, 302, 302, 429]


def test_codes_and_unknown_gift_links_have_limits(client, time_machine_now):
    sign_in_by_code(client, UserFactory())
    time_machine_now.shift(601)
    mail.outbox.clear()
    assert [client.post("/account/confirm/").status_code for _ in range(3)] == [200, 200, 429]
    assert len(mail.outbox) == 2
    assert [client.get(f"/redeem/{n}/").status_code for n in range(4)] == [404, 404, 404, 429]


@pytest.mark.parametrize(
    ("ip", "network"),
    [
        ("203.0.113.7", "203.0.113.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("a socket", "a socket"),
    ],
)
def test_network(ip, network):
    assert network_of(ip) == network
