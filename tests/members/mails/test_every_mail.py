"""Each mail, as it would arrive, with usual names and with hard ones."""

import re

import pytest

from members.enums import MailKind
from members.mailing import render
from members.mails.cast import LONG, USUAL
from members.mails.registry import mail_of, mails
from tests.support.letters import html_of, links_of, words_of

EACH = pytest.mark.parametrize("kind", MailKind)
CASTS = pytest.mark.parametrize("cast", [USUAL, LONG], ids=["usual", "long"])


@pytest.fixture(autouse=True)
def _newsroom(settings):
    settings.SITE_URL = "https://news.example"
    settings.NEWSROOM_NAME = "Ink & Salt"
    settings.NEWSROOM_ADDRESS = "Harbour Street 1, Port Aldern"


def sample(kind, cast):
    mail = mail_of(kind)
    return render(mail, mail.sample(cast), to=cast.email)


@EACH
@CASTS
def test_text_is_plain_and_whole(kind, cast):
    message = sample(kind, cast)
    text = message.subject + message.body
    assert [mark for mark in ("&amp;", "&#x27;", "&lt;", "{", "None") if mark in text] == []
    assert message.subject.strip()
    assert "\n" not in message.subject
    assert re.search(r"\n{4,}", message.body) is None
    assert message.body.rstrip().endswith(str(mail_of(kind).why)) or "unsubscribe" in message.body.lower()
    assert "Ink & Salt · https://news.example\nHarbour Street 1, Port Aldern" in message.body


@EACH
@CASTS
def test_html_escapes_names_and_says_who_writes_and_why(kind, cast):
    html = html_of(sample(kind, cast))
    assert [mark for mark in ("<GmbH>", "<Circle>", "{{") if mark in html] == []
    # A part that was included with `only` lacks the newsroom's colours.
    assert 'bgcolor=""' not in html
    words = words_of(html)
    assert "Ink & Salt · Harbour Street 1, Port Aldern" in words
    assert str(mail_of(kind).why) in words
    assert re.search(r'opacity:0">[^<]', html), "no preheader"


@EACH
def test_every_link_is_a_whole_address(kind):
    message = sample(kind, USUAL)
    links = links_of(html_of(message))
    assert [link for link in links if not link.startswith(("https://", "mailto:"))] == []
    assert [link for link in links if link.startswith("https://") and "example" not in link] == []
    in_text = re.findall(r"https?://\S+", message.body)
    assert [link for link in in_text if not link.startswith("https://news.example")] == []


@EACH
def test_samples_need_no_database_and_answers_reach_the_newsroom(kind):
    message = sample(kind, USUAL)
    assert (message.to, message.reply_to) == ([USUAL.email], ["members@example.org"])


def test_a_kind_has_one_contents():
    assert [mail.kind for mail in mails()] == list(MailKind)
