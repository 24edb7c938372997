import pytest

from members.gifts.gift_links import url_for
from members.models import User
from tests.factories.members import PlanFactory, TierFactory, UserFactory
from tests.support.queries import count_queries
from tests.support.stories import give, join, redeem

pytestmark = pytest.mark.django_db


def test_account_is_for_who_is_signed_in(client):
    response = client.get("/account/")
    assert (response.status_code, response["Location"]) == (302, "/accounts/login/?next=/account/")


def test_account_shows_what_i_have_and_what_i_gave(client):
    join("ada@example.org", plan=PlanFactory(tier=TierFactory(name="Keeper")))
    gift = give("ada@example.org")
    client.force_login(User.objects.get(email="ada@example.org"))
    page = client.get("/account/").content.decode()
    assert "Keeper" in page
    assert "Active" in page
    assert url_for(gift.reference) in page


def test_link_of_a_redeemed_gift_is_not_shown_any_more(client):
    gift = give("ada@example.org")
    redeem(gift, "bob@example.org")
    client.force_login(gift.payment.user)
    page = client.get("/account/").content.decode()
    assert url_for(gift.reference) not in page
    assert "bob@example.org" not in page


def test_account_shows_nothing_of_anybody_else(client):
    join("ada@example.org", plan=PlanFactory(tier=TierFactory(name="Adas tier")))
    gift = give("ada@example.org")
    redeem(give("ada@example.org", recipient_name="Bob"), "bob@example.org")
    client.force_login(UserFactory(email="eve@example.org"))
    response = client.get("/account/")
    assert list(response.context["memberships"]) == []
    assert response.context["gifts"] == []
    page = response.content.decode()
    for secret in ("Adas tier", "ada@example.org", "bob@example.org", url_for(gift.reference)):
        assert secret not in page


def test_recipient_sees_the_membership_and_not_the_gift(client):
    gift = give("ada@example.org")
    membership = redeem(gift, "bob@example.org")
    client.force_login(membership.user)
    response = client.get("/account/")
    assert list(response.context["memberships"]) == [membership]
    assert response.context["gifts"] == []


def test_gift_of_an_address_is_shown_only_to_who_paid_it(client):
    """Somebody else's form may name any address; that must not open their gift to its owner."""
    give("ada@example.org")
    client.force_login(UserFactory(email="ada2@example.org"))
    assert client.get("/account/").context["gifts"] == []


def test_account_asks_the_database_as_often_for_one_row_as_for_fifty(client):
    def add(count):
        for _ in range(count):
            join("ada@example.org", plan=PlanFactory())
            give("ada@example.org", recipient_name=f"Friend {User.objects.count()}")

    add(1)
    client.force_login(User.objects.get(email="ada@example.org"))
    once = count_queries(client, "/account/")
    add(49)
    assert count_queries(client, "/account/") == once


def test_account_is_never_kept_by_a_cache(client):
    client.force_login(UserFactory())
    assert "no-store" in client.get("/account/")["Cache-Control"]
