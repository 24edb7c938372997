import pytest

from members import checks
from members.enums import MailKind
from members.mails import registry


def test_all_mails_can_be_written():
    assert checks.check_mails() == []


def test_mail_without_contents_or_templates_is_found(monkeypatch):
    welcome = registry.mail_of(MailKind.WELCOME)
    nowhere = registry.Mail(kind="nowhere", why="", contents=welcome.contents, sample=welcome.sample)
    monkeypatch.setattr(registry, "_mails", {**registry._mails, MailKind.WELCOME: nowhere})
    monkeypatch.delitem(registry._mails, MailKind.PAID_TWICE)
    assert [(found.id, found.msg) for found in checks.check_mails()] == [
        ("members.E001", "Nothing says what is in the mail 'paid_twice'."),
        ("members.E002", "There is no templates/emails/members/nowhere.subject.txt."),
        ("members.E002", "There is no templates/emails/members/nowhere.txt."),
        ("members.E002", "There is no templates/emails/members/nowhere.html."),
    ]


@pytest.mark.parametrize("secrets", [[], [""], ["no-colon"], ["user:password", "half"]])
def test_mail_provider_without_a_secret_for_its_webhook_is_found(settings, secrets):
    settings.ANYMAIL = {"WEBHOOK_SECRET": secrets}
    assert checks.check_mail_provider() == []
    settings.EMAIL_PROVIDER = "postmark"
    assert [found.id for found in checks.check_mail_provider()] == ["members.E003"]
    settings.ANYMAIL = {"WEBHOOK_SECRET": ["user:password", "user:next"]}
    assert checks.check_mail_provider() == []
