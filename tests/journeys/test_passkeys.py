"""A reader sets up a passkey and comes in by it; staff are asked for theirs after the code."""

import pytest
from allauth.mfa.models import Authenticator

from tests.factories.members import UserFactory
from tests.journeys.test_staff import sign_in

pytestmark = pytest.mark.browser

EMAIL, BOSS = "rosa@example.org", "boss@example.org"


def give_authenticator(someone):
    """A device with a fingerprint reader that always says yes."""
    session = someone.page.context.new_cdp_session(someone.page)
    session.send("WebAuthn.enable", {"enableUI": False})
    options = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def sign_out(someone):
    someone.go("/accounts/logout/")
    someone.page.get_by_role("main").get_by_role("button", name="Sign out").click()
    someone.page.wait_for_url("**/")


def test_reader_adds_a_passkey_signs_in_by_it_and_is_not_lost_without_it(reader):
    UserFactory(email=EMAIL)
    give_authenticator(reader)
    sign_in(reader, EMAIL, to="/account/security/")
    reader.is_at("Passkeys")
    reader.follow("Add a passkey")
    reader.fill("Name", "My phone")
    found = [reader.axe_violations()]
    reader.press("Make the passkey")
    reader.sees("Your passkey is ready")
    reader.sees("My phone")
    found.append(reader.axe_violations())

    sign_out(reader)
    reader.go("/accounts/login/?next=/account/security/")
    found.append(reader.axe_violations())
    reader.press("Sign in with a passkey")
    reader.is_at("Passkeys")
    reader.sees("last used on")

    reader.follow("Rename My phone")
    reader.fill("Name", "Old phone")
    reader.press("Save")
    reader.sees("Old phone")

    # The phone is lost: the code alone does, and the passkey can be removed.
    sign_out(reader)
    sign_in(reader, EMAIL, to="/account/security/")
    reader.follow("Remove Old phone")
    reader.press("Remove it")
    reader.sees("The passkey is removed")
    assert not Authenticator.objects.exists()
    assert found == [[], [], []]


def test_staff_with_a_passkey_are_asked_for_it_after_the_code(reader):
    UserFactory(email=BOSS, is_staff=True)
    give_authenticator(reader)
    sign_in(reader, BOSS, to="/account/security/add/")
    reader.press("Make the passkey")
    reader.sees("Your passkey is ready")
    sign_out(reader)
    sign_in(reader, BOSS, to="/account/security/")
    reader.is_at("Use your passkey")
    assert reader.axe_violations() == []
    reader.press("Use my passkey")
    reader.is_at("Passkeys")
