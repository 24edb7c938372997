"""One person has one account, whatever they type, and nobody gets into somebody else's."""

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Permission
from django.core import mail
from django.test import Client

from members.accounts.moving import CannotMove, change_address
from members.models import Gift, Membership, MembershipChange, Newsletter, NewsletterSubscription, User
from members.outbox import mailing
from payments.models import Checkout, Payment
from tests.factories.members import PlanFactory, UserFactory
from tests.support.books import assert_books
from tests.support.passkeys import passkey_of
from tests.support.sign_in import code_in, sign_in_by_code
from tests.support.stories import give, join, redeem

pytestmark = pytest.mark.django_db

SPELLINGS = ["ada@example.org", " Ada@Example.ORG", "ADA@EXAMPLE.ORG  "]


def lands(client, code):
    client.post("/accounts/login/code/confirm/", {"code": code})
    return client.session.get("_auth_user_id")


# --- spellings -------------------------------------------------------------------------------------


def test_every_way_in_knows_the_same_person_however_they_write_their_address(client, time_machine_now):
    ids = set()
    for number, spelling in enumerate(SPELLINGS):
        join(spelling, plan=PlanFactory())
        give(spelling, recipient_name=f"Friend {number}")
        redeem(give("giver@example.org", recipient_name=str(number)), spelling)
        time_machine_now.shift(61)
        client.post("/accounts/login/", {"email": spelling})
        ids.add(lands(client, code_in(mail.outbox[-1])))
        client.logout()
    ada = User.objects.get(email="ada@example.org")
    assert ids == {str(ada.pk)}
    assert (ada.memberships.count(), Payment.objects.filter(user=ada).count()) == (6, 6)


def test_signing_up_with_an_address_that_pays_makes_no_second_account(client):
    join("ada@example.org")
    mail.outbox.clear()
    client.post("/accounts/signup/", {"email": "ADA@example.org"})
    assert User.objects.filter(email__icontains="ada@").count() == 1
    assert "_auth_user_id" not in client.session
    assert all(sent.to == ["ada@example.org"] for sent in mail.outbox)


# --- takeover --------------------------------------------------------------------------------------


def test_who_signs_up_with_a_victims_address_gains_nothing_when_the_victim_pays():
    mallory, victim = Client(), Client()
    mallory.post("/accounts/signup/", {"email": "victim@example.org"})
    stolen = mallory.session.get("account_login")
    assert stolen
    join("victim@example.org")
    gift = give("victim@example.org")
    for path in ("/account/", "/account/data/download/", "/account/security/add/", "/account/email/"):
        assert mallory.get(path)["Location"].startswith("/accounts/login/")
    mail.outbox.clear()
    sign_in_by_code(victim, User.objects.get(email="victim@example.org"))
    assert gift.tier.name in victim.get("/account/").content.decode()
    # What mallory began before does not end well after the victim proved the address either.
    assert lands(mallory, code_in(mail.outbox[-1])) is None
    assert mallory.get("/account/").status_code == 302
    assert not User.objects.get(email="victim@example.org").has_usable_password()
    assert not Authenticator.objects.exists()


def test_who_is_signed_in_claims_nothing_by_typing_another_address(client, stripe_page):
    join("victim@example.org")
    sign_in_by_code(client, UserFactory(email="mallory@example.org"))
    client.post("/join/", {"interval": "month", "amount_month": "1000", "email": "victim@example.org"})
    assert Checkout.objects.latest("pk").user is None
    client.post("/account/email/", {"email": "victim@example.org"})
    client.post("/account/email/", {"code": "AAAA-AAAA"})
    assert User.objects.get(email="victim@example.org").memberships.count() == 1
    assert User.objects.get(email="mallory@example.org").memberships.count() == 0


def test_code_for_one_address_proves_no_other(client):
    sign_in_by_code(client, UserFactory(email="mallory@example.org"))
    client.post("/account/email/", {"email": "mine@example.org"})
    code = code_in(mail.outbox[-1])
    client.post("/account/email/", {"email": "victim@example.org"})
    client.post("/account/email/", {"code": code})
    assert User.objects.get(pk=client.session["_auth_user_id"]).email == "mallory@example.org"


# --- another address -------------------------------------------------------------------------------


def test_reader_changes_the_address_and_keeps_what_both_bought(client):
    join("old@example.org", plan=PlanFactory())
    join("new@example.org", plan=PlanFactory())
    give("new@example.org")
    letter = Newsletter.objects.create(slug="friday", name="Friday")
    NewsletterSubscription.objects.create(newsletter=letter, email="old@example.org")
    old, other = (User.objects.get(email=email) for email in ("old@example.org", "new@example.org"))
    passkey_of(other)
    sign_in_by_code(client, old)
    mail.outbox.clear()
    assert (
        "This is your address already"
        in client.post("/account/email/", {"email": "OLD@example.org"}).content.decode()
    )
    client.post("/account/email/", {"email": " NEW@example.org"})
    assert mail.outbox[-1].to == ["new@example.org"]
    assert client.post("/account/email/", {"code": code_in(mail.outbox[-1])})["Location"] == "/account/"
    old.refresh_from_db()
    assert (old.email, old.memberships.count(), Payment.objects.filter(user=old).count()) == (
        "new@example.org",
        2,
        3,
    )
    assert list(EmailAddress.objects.values_list("email", "verified")) == [("new@example.org", True)]
    assert NewsletterSubscription.objects.get().email == "new@example.org"
    assert not Authenticator.objects.exists()
    mail.outbox.clear()
    mailing.drain()
    (notice,) = [sent for sent in mail.outbox if "has changed" in sent.subject]
    assert notice.to == ["old@example.org"]
    assert "new@example.org" not in notice.body
    # The old address alone opens nothing any more; who comes with it is new.
    stranger = Client()
    stranger.post("/accounts/login/", {"email": "old@example.org"})
    assert not User.objects.filter(email="old@example.org").exists()
    assert "You changed your address" in client.get("/account/").content.decode()
    assert_books()


def test_nobody_joins_an_account_of_staff():
    reader, boss = UserFactory(), UserFactory(is_staff=True)
    with pytest.raises(CannotMove):
        change_address(user=reader, email=boss.email)
    reader.refresh_from_db()
    assert reader.email != boss.email


# --- a slip ----------------------------------------------------------------------------------------


def test_staff_put_a_mistyped_address_right_and_say_why(client):
    (membership,) = join("ada@exmaple.org")
    gift = give("ada@exmaple.org")
    support = UserFactory(is_staff=True)
    support.user_permissions.set(Permission.objects.filter(content_type__app_label="members"))
    client.force_login(support)
    page = client.get(f"/staff/members/{membership.user_id}/").content.decode()
    path = f"/staff/members/purchases/{membership.payment.checkout.reference}/"
    assert path in page
    client.post(path, {"email": "ada@example.org", "reason": ""})
    assert Membership.objects.get(pk=membership.pk).user == membership.user
    for reference in (membership.payment.checkout.reference, gift.checkout.reference):
        client.post(
            f"/staff/members/purchases/{reference}/",
            {"email": "Ada@Example.org", "reason": "Card 4242, called"},
        )
    ada = User.objects.get(email="ada@example.org")
    assert Membership.objects.get(pk=membership.pk).user == ada
    assert set(Payment.objects.values_list("user", flat=True)) == {ada.pk}
    assert Gift.objects.get(pk=gift.pk).giver_email == "ada@example.org"
    moved = MembershipChange.objects.filter(kind="moved", user=ada)
    assert {(each.actor, each.reason) for each in moved} == {(support, "Card 4242, called")}
    assert "ada@example.org" not in str(MembershipChange.objects.filter(user=membership.user).values())
    mail.outbox.clear()
    mailing.drain()
    told = [
        sent.body
        for sent in mail.outbox
        if sent.to == ["ada@example.org"] and "is in your account" in sent.subject
    ]
    assert len(told) == 2
    assert sum("/redeem/" in body for body in told) == 1
    assert_books()
