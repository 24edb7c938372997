from datetime import timedelta

import pytest
from django.core import mail

from members.gifts.gift_links import token_for
from members.gifts.gifting import start_gift
from members.models import Gift, Membership, User
from tests.factories.members import GiftOfferFactory, UserFactory
from tests.support.sign_in import code_in
from tests.support.stories import give, redeem

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("books")]


@pytest.fixture
def gift():
    return give("ada@example.org", giver_name="Ada", message="Read <well>")


def path_of(gift):
    return f"/redeem/{token_for(gift.reference)}/"


def is_redeemed():
    return Gift.objects.get().is_redeemed


def test_link_shows_the_gift_and_redeems_nothing(client, gift):
    client.force_login(UserFactory())
    for ask in (client.get, client.head, client.options):
        assert ask(path_of(gift)).status_code in (200, 405)
    page = client.get(path_of(gift)).content.decode()
    assert "Ada" in page
    assert "12 months" in page
    assert "Read &lt;well&gt;" in page
    assert (is_redeemed(), Membership.objects.count()) == (False, 0)


def test_signed_in_reader_redeems_with_one_click(client, gift):
    reader = UserFactory()
    client.force_login(reader)
    response = client.post(path_of(gift))
    assert (response.status_code, response["Location"]) == (302, path_of(gift))
    assert Membership.objects.get().user == reader
    assert client.get(path_of(gift)).context["state"] == "yours"


def test_second_click_changes_nothing(client, gift):
    client.force_login(UserFactory())
    pages = [client.post(path_of(gift), follow=True) for _ in range(2)]
    assert [page.context["state"] for page in pages] == ["yours", "yours"]
    assert Membership.objects.count() == 1


def test_stranger_with_a_used_link_learns_only_that_it_is_used(client, gift):
    redeem(gift, "bob@example.org")
    for response in (client.get(path_of(gift)), client.post(path_of(gift), {"email": "eve@example.org"})):
        assert response.context["state"] == "redeemed"
        assert "bob@example.org" not in response.content.decode()
    client.force_login(UserFactory())
    assert client.post(path_of(gift)).context["state"] == "redeemed"
    assert Membership.objects.get().user.email == "bob@example.org"
    assert not User.objects.filter(email="eve@example.org").exists()


def test_expired_gift_is_told_and_stays(client, gift, time_machine_now):
    time_machine_now.move_to(gift.claim_until + timedelta(seconds=1))
    client.force_login(UserFactory())
    assert client.get(path_of(gift)).context["state"] == "expired"
    assert client.post(path_of(gift)).context["state"] == "expired"
    assert not is_redeemed()


@pytest.mark.parametrize("token", ["x", "a" * 24, "%00", "%F0%9F%92%A9", "..%2F..%2Fetc"])
def test_unknown_link_is_not_found(client, gift, token):
    assert client.get(f"/redeem/{token}/").status_code == 404
    assert client.post(f"/redeem/{token}/").status_code == 404


def test_unpaid_gift_is_not_found(client):
    gift = start_gift(offer=GiftOfferFactory(), email="ada@example.org")
    assert client.get(path_of(gift)).status_code == 404


def test_page_keeps_its_link_to_itself(client, gift):
    response = client.get(path_of(gift))
    assert "no-store" in response["Cache-Control"]
    assert response["Referrer-Policy"] == "same-origin"
    assert 'content="noindex"' in response.content.decode()


# --- a recipient who is not signed in ----------------------------------------------------------------


def test_recipient_signs_in_with_a_code_and_redeems(client, gift):
    asked = client.post(path_of(gift), {"email": "Bob@Example.org"})
    assert asked.status_code == 302
    assert not is_redeemed()
    assert mail.outbox[0].to == ["bob@example.org"]
    confirm = asked["Location"]
    signed_in = client.post(confirm.split("?")[0], {"code": code_in(mail.outbox[0]), "next": path_of(gift)})
    assert signed_in["Location"] == path_of(gift)
    assert not is_redeemed()
    client.post(path_of(gift))
    assert Membership.objects.get().user == User.objects.get(email="bob@example.org")


def test_wrong_address_is_told_on_the_gifts_page(client, gift):
    response = client.post(path_of(gift), {"email": "bob@"})
    page = response.content.decode()
    assert response.status_code == 200
    assert "Enter a valid email address." in page
    assert response.context["state"] == "ready"
    assert not User.objects.filter(email__startswith="bob").exists()


def test_wrong_code_redeems_nothing(client, gift):
    client.post(path_of(gift), {"email": "bob@example.org"})
    client.post("/accounts/login/code/confirm/", {"code": "WRONG0"})
    assert "_auth_user_id" not in client.session
    client.post(path_of(gift), {"email": "bob@example.org"})
    assert not is_redeemed()


# --- a link and nothing to click it in ---------------------------------------------------------------


def test_pasted_link_leads_to_the_gift(client, gift):
    response = client.post("/redeem/", {"link": f"http://localhost:8000{path_of(gift)}"})
    assert (response.status_code, response["Location"]) == (302, path_of(gift))


def test_pasted_nonsense_leads_nowhere(client):
    response = client.post("/redeem/", {"link": "/"})
    assert response.status_code == 200
    assert "This is not a gift link" in response.content.decode()


@pytest.mark.parametrize("pasted", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_pasted_link_never_leads_off_the_site(client, pasted):
    assert client.post("/redeem/", {"link": pasted})["Location"].startswith("/redeem/")
