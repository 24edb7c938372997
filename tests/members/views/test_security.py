import pytest
from django.core import mail

from tests.factories.members import UserFactory
from tests.support.passkeys import passkey_of
from tests.support.sign_in import code_in, sign_in_by_code

pytestmark = pytest.mark.django_db

ADD = "/account/security/add/"


def test_who_signed_in_a_moment_ago_may_add_a_passkey_at_once(client):
    sign_in_by_code(client, UserFactory())
    assert client.get(ADD).status_code == 200


def test_old_sign_in_must_be_proved_by_a_code_first(client, time_machine_now):
    reader = UserFactory()
    sign_in_by_code(client, reader)
    time_machine_now.shift(10 * 60 + 1)
    asked = client.get(ADD)
    assert (asked.status_code, asked["Location"]) == (
        302,
        "/account/confirm/?next=%2Faccount%2Fsecurity%2Fadd%2F",
    )
    client.post("/account/confirm/", {"next": ADD})
    assert client.post("/account/confirm/", {"next": ADD, "code": "AAAA-AAAA"}).status_code == 200
    assert mail.outbox[-1].to == [reader.email]
    proved = client.post("/account/confirm/", {"next": ADD, "code": code_in(mail.outbox[-1]).lower()})
    assert (proved.status_code, proved["Location"]) == (302, ADD)
    assert client.get(ADD).status_code == 200


def test_code_is_over_after_five_wrong_ones(client, time_machine_now):
    sign_in_by_code(client, UserFactory())
    time_machine_now.shift(10 * 60 + 1)
    client.post("/account/confirm/", {})
    code = code_in(mail.outbox[-1])
    for _ in range(5):
        client.post("/account/confirm/", {"code": "AAAA-AAAA"})
    assert client.post("/account/confirm/", {"code": code}).status_code == 200
    assert client.get(ADD).status_code == 302


@pytest.mark.parametrize("what", ["rename", "remove"])
def test_passkeys_of_others_are_not_there(client, what):
    theirs = passkey_of(UserFactory())
    sign_in_by_code(client, UserFactory())
    for ask in (client.get, client.post):
        assert ask(f"/account/security/{theirs.pk}/{what}/", {"name": "Mine"}).status_code == 404
    theirs.refresh_from_db()
    assert theirs.data["name"] == "Phone"


def test_reader_who_lost_the_passkey_comes_in_by_code_and_staff_do_not(client):
    for is_staff, lands in ((False, "/account/"), (True, "/accounts/passkey/step/")):
        user = UserFactory(is_staff=is_staff)
        passkey_of(user)
        assert sign_in_by_code(client, user)["Location"] == lands
        assert ("_auth_user_id" in client.session) is not is_staff
        client.logout()


@pytest.mark.parametrize("path", ["password/set/", "password/change/", "reauthenticate/", "email/"])
def test_there_are_no_pages_for_passwords(client, path):
    sign_in_by_code(client, UserFactory())
    assert client.get(f"/accounts/{path}")["Location"] == "/account/"
