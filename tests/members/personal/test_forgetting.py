"""One person, named everywhere by words of their own: what they are given holds all of it, and afterwards nothing."""

import io
import json
import re
import zipfile

import pytest
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.contrib.sessions.models import Session
from django.core import mail
from django.db import connection, models
from django.utils import timezone

from members.contributions.contributing import start_contribution
from members.enums import MailKind
from members.gifts.gift_links import token_for
from members.models import (
    Erasure,
    Gift,
    MailBounce,
    Membership,
    Newsletter,
    NewsletterSubscription,
    OutgoingMail,
    Testimonial,
    User,
)
from members.outbox import mailing
from members.personal import erasing
from members.personal.exporting import export
from members.personal.holdings import HOLDINGS, Person
from members.selling.joining import start_signup
from payments.alarms import raise_alarm
from payments.enums import AlarmKind
from payments.gateway.facts import GatewayError
from payments.gateway.reading import snapshot_of_session
from payments.models import Checkout, Customer, LedgerEntry, Posting, Subscription
from payments.money import Money
from payments.recording import record
from tests.factories.members import GiftOfferFactory, PlanFactory, UserFactory
from tests.support.books import assert_books
from tests.support.passkeys import passkey_of
from tests.support.sign_in import sign_in_by_code

pytestmark = pytest.mark.django_db

EMAIL = "canary-one@example.org"
GIVEN = ["canary-giver", "canary-recipient", "canary-message", "canary-public", "canary-honoree", "canary-notified",
         "canary-why", "canary-who"]  # fmt: skip
CANARIES = [EMAIL, *GIVEN]


@pytest.fixture
def person(at_stripe, client):
    """Somebody who did everything that there is to do."""
    at_stripe.join("Canary-One@example.org ", plan=PlanFactory())
    at_stripe.give(
        EMAIL, offer=GiftOfferFactory(), giver_name="canary-giver", recipient_name="canary-recipient",
        message="canary-message",
    )  # fmt: skip
    gift = start_contribution(
        amount=Money(2000, "EUR"), email=EMAIL, public_name="canary-public", dedication="honour",
        honoree_name="canary-honoree", message="canary-message", notify_name="canary-notified",
        notify_email="canary-notified@example.org",
    )  # fmt: skip
    at_stripe.pay(gift.checkout)
    at_stripe.tell()
    user = User.objects.get(email=EMAIL)
    Testimonial.objects.create(
        checkout=Membership.objects.get().payment.checkout, text="canary-why", name="canary-who",
        consented_at=timezone.now(),
    )  # fmt: skip
    letter = Newsletter.objects.create(slug="friday", name="Friday")
    NewsletterSubscription.objects.create(newsletter=letter, email=EMAIL, confirmed_at=timezone.now())
    MailBounce.objects.create(address=EMAIL, **bounce_fields())
    passkey_of(user)
    # Named where no field says so.
    raise_alarm(kind=AlarmKind.QUARANTINED, subject="ch_1", message=f"Money from {EMAIL.upper()}.")
    LogEntry.objects.log_actions(user.pk, [user], 2, [{"changed": {"fields": [EMAIL]}}], single_object=True)
    sign_in_by_code(client, user)
    mailing.drain()
    # A page that was opened and never paid.
    start_signup(plan=PlanFactory(), amount=1000, email=EMAIL)
    return user


def bounce_fields():
    wanted = [
        f
        for f in MailBounce._meta.concrete_fields
        if not f.primary_key and not f.has_default() and not f.null
    ]
    values = {
        models.DateTimeField: timezone.now(),
        models.CharField: "x",
        models.TextField: "x",
        models.EmailField: "x",
    }
    return {
        f.name: f.choices[0][0] if f.choices else values[type(f)]
        for f in wanted
        if f.name != "address" and not f.blank
    }


def dump():
    """Every value of every table, as text."""
    found = []
    for model in apps.get_models():
        table = model._meta.db_table
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT * FROM "{table}"')
            found += [(table, " ".join(map(_text, row)).lower()) for row in cursor.fetchall()]
    return found + [("sessions", json.dumps(each.get_decoded()).lower()) for each in Session.objects.all()]


def _text(value):
    return bytes(value).decode(errors="replace") if isinstance(value, bytes | memoryview) else str(value)


def where_named(words=CANARIES):
    return sorted({(table, word) for table, text in dump() for word in words if word in text})


def read_zip(pieces):
    archive = zipfile.ZipFile(io.BytesIO(b"".join(pieces)))
    return {name: archive.read(name).decode() for name in archive.namelist()}


def posted():
    return list(Posting.objects.order_by("pk").values_list("entry", "account", "amount", "currency"))


def test_everything_is_given(person, client):
    files = read_zip(client.get("/account/data/download/").streaming_content)
    told = "".join(files.values())
    assert [word for word in CANARIES if word not in told] == []
    assert [word for word in CANARIES if word not in files["everything.html"]] == []
    assert {name.removesuffix(".json") for name in files} == {each.name for each in HOLDINGS} | {
        "everything.html"
    }
    assert token_for(Gift.objects.get().reference) not in told
    assert {word for _, word in where_named()} == set(CANARIES)
    assert all(
        re.search(rf"\b{word}\b", told) is None for word in ("pbkdf2", "token_hash", "idempotency_key")
    )


def test_everything_is_gone_but_the_books_and_the_gift(person, client, at_stripe):
    token = token_for(Gift.objects.get().reference)
    before, entries = posted(), LedgerEntry.objects.count()
    page = client.get("/account/data/delete/").content.decode()
    assert "One gift has not been opened yet" in page
    client.post("/account/data/delete/", {})
    assert not Erasure.objects.exists()
    mail.outbox.clear()
    assert client.post("/account/data/delete/", {"is_sure": "on"})["Location"] == "/account/deleted/"
    assert client.get("/account/").status_code == 302
    assert erasing.drain() == 1
    at_stripe.tell()
    for checkout in Checkout.objects.exclude(session_id=None):
        record(snapshot_of_session(checkout.session_id))
    erasing.sweep_events()

    assert where_named() == []
    assert (posted(), LedgerEntry.objects.count()) == (before, entries)
    assert_books()
    last = [sent for sent in mail.outbox if sent.to == [EMAIL]]
    assert [sent.subject for sent in last if "deleted" in sent.subject] == ["You are deleted at The Lantern"]
    assert {each.status for each in Subscription.objects.all()} == {"canceled"}
    for customer in Customer.objects.all():
        assert customer.deleted_at is not None
        assert at_stripe.api.customers.retrieve(customer.stripe_id).deleted
    assert_nothing_comes_back(person, client, token)


def assert_nothing_comes_back(person, client, token):
    # Their gift is somebody else's joy still, and whoever comes with the address is new.
    client.logout()
    friend = UserFactory(email="friend@example.org")
    client.force_login(friend)
    client.post(f"/redeem/{token}/")
    assert friend.memberships.count() == 1
    assert User.objects.for_email(EMAIL).pk != person.pk
    mailing.drain()
    assert not OutgoingMail.objects.filter(kind=MailKind.ERASED).exists()
    assert_books()


def test_stripe_may_be_away_and_a_worker_die_at_any_step(person, monkeypatch):
    erasure = erasing.ask_to_erase(user=person, actor=person)
    assert erasing.ask_to_erase(user=person, actor=person) == erasure
    for broken in ("end_now", "delete_customer", "_blank", "_say_goodbye"):
        with monkeypatch.context() as patch:
            patch.setattr(erasing, broken, _fails)
            Erasure.objects.update(next_try_at=timezone.now(), lease_until=None)
            erasing.drain()
        assert Erasure.objects.get().state == "pending"
        assert Erasure.objects.get().addresses == [EMAIL]
    mail.outbox.clear()
    Erasure.objects.update(next_try_at=timezone.now())
    erasing.drain()
    assert Erasure.objects.get().state == "done"
    assert where_named() == []
    assert len([sent for sent in mail.outbox if sent.to == [EMAIL]]) == 1


def _fails(*args, **kwargs):
    raise GatewayError("away")


def test_staff_erase_for_a_reason_and_no_staff(client):
    support = UserFactory(is_staff=True)
    support.user_permissions.set(Permission.objects.filter(content_type__app_label="members"))
    client.force_login(support)
    reader, boss = UserFactory(), UserFactory(is_staff=True)
    assert client.get(f"/staff/members/{reader.pk}/data/").status_code == 200
    client.post(f"/staff/members/{reader.pk}/erase/", {"reason": ""})
    assert (
        "take its rights first"
        in client.post(f"/staff/members/{boss.pk}/erase/", {"reason": "x"}).content.decode()
    )
    assert not Erasure.objects.exists()
    client.post(f"/staff/members/{reader.pk}/erase/", {"reason": "Asked by letter of 3 March"})
    erasure = Erasure.objects.get()
    assert (erasure.user, erasure.actor, erasure.reason) == (reader, support, "Asked by letter of 3 March")
    reader.refresh_from_db()
    assert not reader.is_active


def test_export_holds_nothing_of_anybody_else(person):
    other = UserFactory(email="eve@example.org")
    told = "".join(read_zip(export(Person.of(other))).values())
    assert [word for word in CANARIES if word in told] == []


def test_every_table_about_people_is_given_and_erased():
    """A new model with a user or an address must be named in holdings, or here with the reason."""
    without = {
        "Erasure": "the promise itself, emptied when it is kept",
        "LogEntry": "what staff did; addresses in it are swept",
        "MemberImport": "which of the staff brought it over; the file is emptied, and swept",
        "RefundProposal": "which of the staff decided",
    }
    about = {
        model.__name__
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, models.EmailField) or field.related_model is User
    }
    assert about - {each.model.__name__ for each in HOLDINGS} - set(without) == set()
    assert {"Contribution", "Gift", "Membership"} <= about
