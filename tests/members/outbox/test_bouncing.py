from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from anymail.exceptions import AnymailRecipientsRefused
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.utils import timezone

from members.enums import BounceKind, MailKind, Unsent
from members.models import MailBounce, OutgoingMail
from members.outbox import bouncing
from members.outbox.mailing import drain, owe_mail
from members.tasks import watch_bounces
from payments.enums import AlarmKind, QueueState
from payments.models import Alarm
from tests.factories.members import UserFactory
from tests.support.mail_provider import SECRET, SIGNING_KEY, by_mailgun, by_postmark
from tests.support.sign_in import sign_in_by_code
from tests.support.stories import join

pytestmark = pytest.mark.django_db

ADA = "ada@example.org"
HARD, SOFT, COMPLAINT = BounceKind


@pytest.fixture(autouse=True)
def provider(settings):
    settings.EMAIL_PROVIDER = "postmark"
    settings.ANYMAIL = {"WEBHOOK_SECRET": [SECRET], "MAILGUN_WEBHOOK_SIGNING_KEY": SIGNING_KEY}
    return settings


def bounces():
    return list(MailBounce.objects.order_by("pk").values_list("address", "kind"))


def owed(recipient=ADA, **fields):
    """A mail that waits, of the newest membership."""
    join(recipient)
    OutgoingMail.objects.filter(recipient=recipient).update(**fields)
    return OutgoingMail.objects.latest("pk")


def state(row):
    row.refresh_from_db()
    return row.state, row.unsent


def test_mail_carries_what_a_bounce_of_it_is_known_by(client):
    row = owed()
    drain()
    (sent,) = mail.outbox
    assert sent.metadata == {"mail": str(row.pk)}
    assert by_postmark(client, Metadata=sent.metadata, Email="Ada@Example.org").status_code == 200
    bounce = MailBounce.objects.get()
    assert (bounce.address, bounce.kind, bounce.mail, bounce.event_id) == (
        ADA,
        HARD,
        row,
        "Postmark:4323372036854775807",
    )
    assert bounce.bounced_at == datetime(2027, 3, 1, 12, 30, tzinfo=UTC)
    assert "550 5.1.1 The email account that you tried to reach does not exist." in bounce.detail


def test_event_that_comes_again_is_one_bounce(client):
    for _ in range(3):
        by_postmark(client)
    by_postmark(client, ID=2)
    assert bounces() == [(ADA, HARD), (ADA, HARD)]


def test_event_without_a_number_is_known_by_its_facts(client):
    for _ in range(2):
        by_postmark(client, ID=None, RecordType="SpamComplaint", Type="SpamComplaint")
        bouncing.record_event(event=nameless_event(), esp_name="Resend")
    assert len(bounces()) == 2


def nameless_event():
    return SimpleNamespace(
        event_type="bounced", reject_reason="bounced", recipient=ADA, event_id=None, message_id="m1", metadata=None,
        timestamp=None, description=None, mta_response="no\0such user", esp_event={"type": "email.bounced"},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        ({"Type": "HardBounce"}, HARD),
        ({"Type": "BadEmailAddress"}, HARD),
        ({"Type": "SoftBounce"}, SOFT),
        ({"Type": "Transient"}, SOFT),
        ({"Type": "DnsError"}, SOFT),
        ({"Type": "DMARCPolicy"}, SOFT),
        ({"Type": "SpamNotification"}, COMPLAINT),
        ({"RecordType": "SpamComplaint", "Type": "SpamComplaint"}, COMPLAINT),
        ({"Type": "AutoResponder"}, None),
        ({"RecordType": "Delivery", "Recipient": ADA}, None),
    ],
)
def test_postmarks_words_for_bounces(client, event, kind):
    assert by_postmark(client, **event).status_code == 200
    assert bounces() == ([(ADA, kind)] if kind else [])


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        ({}, HARD),
        ({"reason": "suppress-bounce"}, HARD),
        ({"severity": "temporary", "reason": "generic"}, SOFT),
        ({"reason": "generic"}, SOFT),
        ({"event": "complained"}, COMPLAINT),
        ({"event": "opened"}, None),
    ],
)
def test_mailguns_words_for_bounces(client, provider, event, kind):
    provider.EMAIL_PROVIDER = "mailgun"
    assert by_mailgun(client, **event).status_code == 200
    assert bounces() == ([(ADA, kind)] if kind else [])


def test_nobody_else_is_believed(client, provider):
    assert by_postmark(client, secret="hooks:guessed").status_code == 400
    assert by_postmark(client, secret=None).status_code == 400
    provider.EMAIL_PROVIDER = "mailgun"
    assert by_mailgun(client, key="another").status_code == 400
    assert by_mailgun(client, secret=None).status_code == 400
    provider.ANYMAIL = {"WEBHOOK_SECRET": []}
    provider.EMAIL_PROVIDER = "postmark"
    assert by_postmark(client).status_code == 404
    provider.ANYMAIL, provider.EMAIL_PROVIDER = {"WEBHOOK_SECRET": [SECRET]}, ""
    assert by_postmark(client).status_code == 404
    assert bounces() == []


@pytest.mark.parametrize(
    "told", [{"Type": "HardBounce"}, {"RecordType": "SpamComplaint", "Type": "SpamComplaint"}]
)
def test_address_is_left_alone_until_its_reader_types_in_a_code(client, told):
    by_postmark(client, **told)
    row = owed("ADA@example.org")
    drain()
    assert (state(row), mail.outbox) == ((QueueState.DONE, Unsent.UNDELIVERABLE), [])
    sign_in_by_code(client, UserFactory._meta.model.objects.get(email=ADA))
    assert MailBounce.objects.get().cleared_by.email == ADA
    drain()
    assert state(row) == (QueueState.DONE, "")
    assert [sent.subject for sent in mail.outbox][-1] == "Welcome to The Lantern"
    assert len(mail.outbox) == 2


def test_soft_bounce_stops_nothing(client):
    by_postmark(client, Type="SoftBounce")
    row = owed()
    drain()
    assert state(row) == (QueueState.DONE, "")


def test_asking_for_a_code_alone_proves_nothing(client):
    by_postmark(client)
    UserFactory(email=ADA)
    client.post("/accounts/login/", {"email": ADA})
    assert len(mail.outbox) == 1, "who asks for a code gets it even so"
    assert bouncing.is_left_alone(ADA)


def test_what_was_held_back_too_long_stays_unsent(client):
    by_postmark(client)
    row = owed(created_at=timezone.now() - timedelta(days=31))
    drain()
    assert bouncing.write_again(address=ADA, by=UserFactory()) is True
    assert bouncing.write_again(address=ADA, by=UserFactory()) is False
    drain()
    assert (state(row), mail.outbox) == ((QueueState.DONE, Unsent.UNDELIVERABLE), [])


def test_bounce_names_no_mail_that_went_to_somebody_else(client):
    row = owed("bob@example.org")
    for number, claimed in enumerate((str(row.pk), "99999", "x", "²")):
        by_postmark(client, ID=number, Metadata={"mail": claimed})
    assert set(MailBounce.objects.values_list("mail", flat=True)) == {None}


def test_mail_that_the_provider_would_not_take_is_no_failure(monkeypatch):
    def refuse(*_):
        raise AnymailRecipientsRefused("inactive recipient")

    row = owed()
    monkeypatch.setattr(EmailBackend, "send_messages", refuse)
    drain()
    assert state(row) == (QueueState.DONE, Unsent.UNDELIVERABLE)
    assert MailBounce.objects.values_list("kind", "mail", "detail").get() == (
        HARD,
        row.pk,
        "inactive recipient",
    )
    assert Alarm.objects.count() == 0


def test_alarm_while_too_much_mail_comes_back():
    def bounce(number, **fields):
        MailBounce.objects.create(address=f"a{number}@example.org", event_id=str(number), **fields)

    for number in range(9):
        bounce(number, kind=HARD)
    bounce(10, kind=SOFT)
    bounce(11, kind=HARD, bounced_at=timezone.now() - timedelta(days=2))
    watch_bounces()
    assert Alarm.objects.count() == 0
    bounce(12, kind=COMPLAINT)
    watch_bounces()
    alarm = Alarm.objects.open().get()
    assert (alarm.kind, alarm.message) == (
        AlarmKind.MAIL_BOUNCING,
        "In one day mail to 10 addresses came back or was called spam; 0 were sent.",
    )
    sent = {"state": QueueState.DONE, "processed_at": timezone.now(), "recipient": ADA}
    OutgoingMail.objects.bulk_create(
        OutgoingMail(kind=MailKind.WELCOME, reference=str(number), **sent) for number in range(200)
    )
    watch_bounces()
    assert Alarm.objects.open().count() == 0


def test_owing_is_not_stopped_only_sending(client):
    by_postmark(client)
    owe_mail(kind=MailKind.WELCOME, reference=1, recipient=ADA)
    assert OutgoingMail.objects.get().state == QueueState.PENDING
