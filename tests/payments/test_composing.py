import pytest

from payments.composing import compose, readable_on
from tests.support.letters import html_of

DARK, LIGHT = "#15181f", "#ffffff"


@pytest.mark.parametrize(
    ("colour", "ink"),
    [("#f3ae2d", DARK), ("#ffffff", DARK), ("#000000", LIGHT), ("#8a0f2a", LIGHT), ("#1D4FD7", LIGHT)],
)
def test_words_on_the_newsrooms_colour_can_be_read(colour, ink):
    assert readable_on(colour) == ink


def alarms(**context):
    return compose(
        "emails/payments/alarms", {"count": 1, "url": "https://a.example/", **context}, to=["a@b.example"]
    )


def test_mails_look_like_the_newsroom(settings):
    settings.NEWSROOM_COLOUR, settings.NEWSROOM_LOGO_URL = "#8a0f2a", "https://news.example/logo.png"
    html = html_of(alarms())
    assert 'bgcolor="#8a0f2a"' in html
    assert "color:#ffffff" in html
    assert '<img src="https://news.example/logo.png" alt="The Lantern"' in html


def test_only_mails_that_nobody_needs_can_be_ended():
    assert alarms().extra_headers == {}
    ended = alarms(unsubscribe_url="https://news.example/stop/abc/")
    assert ended.extra_headers == {
        "List-Unsubscribe": "<https://news.example/stop/abc/>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    assert "https://news.example/stop/abc/" in ended.body
    assert 'href="https://news.example/stop/abc/"' in html_of(ended)
