import pytest
from django.core.mail import EmailMultiAlternatives, get_connection

from demo import mailbox
from members.views.letters import LETTER_POLICY
from tests.factories.campaigns import CampaignFactory
from tests.support.csp import directives


@pytest.fixture
def box(settings, tmp_path):
    settings.EMAIL_FILE_PATH = str(tmp_path)
    return tmp_path


def write(subject="Your code", body="ABCD-EFGH\n\nThat is all.", to="ada@example.org"):
    backend = get_connection("demo.mail_files.EmailBackend")
    message = EmailMultiAlternatives(subject, body, "news@example.org", [to], connection=backend)
    message.attach_alternative(f'<head></head><a href="https://news.example/">{body}</a>', "text/html")
    message.send()


def test_mails_are_read_back_newest_first(box):
    for subject in ["First", "Second — with ümlaut"]:
        write(subject)
    assert [mail.subject for mail in mailbox.messages()] == ["Second — with ümlaut", "First"]
    assert [mail.subject for mail in mailbox.messages(limit=1)] == ["Second — with ümlaut"]
    assert mailbox.messages()[0].text.strip() == "ABCD-EFGH\n\nThat is all."
    assert mailbox.messages()[0].to == "ada@example.org"


def test_each_mail_of_one_moment_has_a_file_of_its_own(box, time_machine_now):
    messages = [EmailMultiAlternatives(name, "", "a@example.org", ["b@example.org"]) for name in "abc"]
    get_connection("demo.mail_files.EmailBackend").send_messages(messages)
    assert {mail.subject for mail in mailbox.messages()} == {"a", "b", "c"}
    assert {path.suffix for path in box.iterdir()} == {".eml"}


def test_empty_box_and_no_box_are_no_mails(box, settings):
    assert mailbox.messages() == []
    settings.EMAIL_FILE_PATH = str(box / "nothing")
    assert mailbox.messages() == []


def test_file_that_is_no_mail_is_left_out(box):
    (box / "junk.eml").write_bytes(b"\xff\xfe\x00")
    assert mailbox.messages() == []


@pytest.mark.parametrize("name", ["../secret.eml", "/etc/passwd", "..", "secret.txt", "missing.eml", ""])
def test_only_mails_of_the_box_can_be_asked_for(box, name):
    (box.parent / "secret.eml").write_text("Subject: secret\nDate: Mon, 1 Mar 2027 12:00:00 +0000\n\nsecret")
    (box / "secret.txt").write_text("secret")
    assert mailbox.find(name) is None


@pytest.mark.django_db
def test_pages_show_the_box_and_a_mail(client, box):
    write(subject="<b>Code</b>")
    (mail,) = mailbox.messages()
    assert "&lt;b&gt;Code&lt;/b&gt;" in client.get("/demo/mail/").content.decode()
    assert "ABCD-EFGH" in client.get(f"/demo/mail/{mail.id}/").content.decode()
    framed = client.get(f"/demo/mail/{mail.id}/html/")
    assert '<head><base target="_blank"></head>' in framed.content.decode()
    assert '<a href="https://news.example/">ABCD-EFGH' in framed.content.decode()
    assert directives(framed) == LETTER_POLICY
    assert framed["X-Frame-Options"] == "SAMEORIGIN"
    for missing in ("missing.eml/", "missing.eml/html/"):
        assert client.get(f"/demo/mail/{missing}").status_code == 404


@pytest.mark.django_db
def test_article_is_there_with_and_without_a_campaign(client):
    assert client.get("/demo/article/").status_code == 200
    CampaignFactory()
    assert "0 of 1,000 new members" in client.get("/demo/article/").content.decode()
