"""Each mail, as it would arrive, with usual names and with hard ones."""

import re

import pytest

from members.enums import MailKind
from members.mails.cast import LONG, USUAL
from members.mails.registry import mail_of, mails
from members.outbox.previewing import find, previews
from tests.support.letters import html_of, links_of, words_of

EACH = pytest.mark.parametrize("slug", [preview.slug for preview in previews()])
CASTS = pytest.mark.parametrize("cast", [USUAL, LONG], ids=["usual", "long"])


@pytest.fixture(autouse=True)
def _newsroom(settings):
    settings.SITE_URL = "https://news.example"
    settings.NEWSROOM_NAME = "Ink & Salt"
    settings.NEWSROOM_ADDRESS = "Harbour Street 1, Port Aldern"


@EACH
@CASTS
def test_text_is_plain_and_whole(slug, cast):
    message = find(slug).write(cast)
    text = message.subject + message.body
    assert [mark for mark in ("&amp;", "&#x27;", "&lt;", "{", "None") if mark in text] == []
    assert message.subject.strip()
    assert "\n" not in message.subject
    assert re.search(r"\n{4,}", message.body) is None
    assert "Ink & Salt · https://news.example\nHarbour Street 1, Port Aldern" in message.body
    assert "\nYou get this mail because " in message.body


@EACH
@CASTS
def test_html_escapes_names_and_says_who_writes_and_why(slug, cast):
    html = html_of(find(slug).write(cast))
    assert [mark for mark in ("<GmbH>", "<Circle>", "{{") if mark in html] == []
    # A part that was included with `only` lacks the newsroom's colours.
    assert 'bgcolor=""' not in html
    words = words_of(html)
    assert "Ink & Salt · Harbour Street 1, Port Aldern" in words
    assert "You get this mail because " in words
    assert re.search(r'opacity:0">[^<]', html), "no preheader"


@EACH
def test_every_link_is_a_whole_address(slug):
    message = find(slug).write(USUAL)
    links = links_of(html_of(message))
    assert [link for link in links if not link.startswith(("https://", "mailto:"))] == []
    assert [link for link in links if link.startswith("https://") and "example" not in link] == []
    in_text = re.findall(r"https?://\S+", message.body)
    assert [link for link in in_text if not link.startswith("https://news.example")] == []


@EACH
def test_samples_need_no_database_and_answers_reach_the_newsroom(slug):
    message = find(slug).write(USUAL)
    assert message.reply_to == ["members@example.org"]
    assert message.to in ([USUAL.email], ["members@example.org"])


def test_each_kind_of_mail_has_contents_and_says_why():
    assert [mail.kind for mail in mails()] == list(MailKind)
    message = find("welcome").write(USUAL)
    assert message.body.endswith(f"\n{mail_of(MailKind.WELCOME).why}\n")
