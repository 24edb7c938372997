"""What a mail holds, as whoever opens it finds it."""

import re
from html.parser import HTMLParser


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.links, self.words = [], []

    def handle_starttag(self, tag, attrs):
        self.links += [value for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data):
        self.words.append(data)


def html_of(message):
    ((html, kind),) = message.alternatives
    assert kind == "text/html"
    return html


def links_of(html):
    """Every address that the HTML leads to or loads from."""
    reader = _Reader()
    reader.feed(html)
    return reader.links


def words_of(html):
    """What is read in the HTML, with single spaces."""
    reader = _Reader()
    reader.feed(html)
    return re.sub(r"\s+", " ", " ".join(reader.words))
