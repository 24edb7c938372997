"""Requests as they should never come over a line: lengths that lie, chunks that are none, heads that go on and on.

Each kind takes the dice and an event that Stripe signed, and makes of it what is sent and the answers that will do.
"""

import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from random import Random

from tests.support.events import WEBHOOK
from tests.support.junk import LIMIT, Post, posts
from tests.support.nonsense import event, seal

CLOSED = 0
"""What stands for a status where the server hangs up without a word."""

Kind = Callable[[Random, Post], tuple[bytes, set[int]]]
KINDS: list[Kind] = []


@dataclass(frozen=True, slots=True)
class Line:
    """What is sent, the answers that will do, and the event that is kept by a 200."""

    kind: str
    request: bytes
    answers: set[int]
    event_id: str


def bad_lines(seed: object) -> Iterator[Line]:
    """Without end: one of each kind, then as many posts of junk by the book."""
    dice = Random(f"lines/{seed}")
    junk = (post for post in posts(seed) if not post.environ)
    while True:
        for kind in KINDS:
            body, event_id = event(dice)
            yield Line(kind.__name__, *kind(dice, Post(body, seal(body))), event_id)
        for post in islice(junk, len(KINDS)):
            yield Line("by the book", by_the_book(post), {post.status}, post.event_id)


def by_the_book(post: Post) -> bytes:
    """The post as an honest client sends it."""
    return head(post, b"Content-Length: %d" % len(post.body)) + post.body


def ask(port: int, request: bytes) -> int:
    """Status of the answer; CLOSED if there is none. Whatever was announced, no more comes after the request."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as line:
        try:
            line.sendall(request)
            line.shutdown(socket.SHUT_WR)
            answer = line.makefile("rb").read()
        except ConnectionError:
            return CLOSED
    answer = answer.removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n")
    return int(answer.split()[1]) if answer.startswith(b"HTTP/") else CLOSED


def head(post: Post, *lines: bytes, first: bytes = b"POST %s HTTP/1.1" % WEBHOOK.encode()) -> bytes:
    """The head of a request with its signature and these lines."""
    signature = [] if post.signature is None else [b"Stripe-Signature: " + post.signature.encode("latin-1")]
    return b"\r\n".join([first, b"Host: localhost", b"Connection: close", *signature, *lines]) + b"\r\n\r\n"


def a_kind(kind: Kind) -> Kind:
    KINDS.append(kind)
    return kind


def chunks(body, dice):
    pieces = []
    while body:
        size = dice.randrange(1, len(body) + 1)
        pieces.append(b"%x%s\r\n%s\r\n" % (size, dice.choice([b"", b";a=b"]), body[:size]))
        body = body[size:]
    return b"".join(pieces) + b"0\r\n\r\n"


def length(number):
    return b"Content-Length: %s" % str(number).encode()


IN_CHUNKS = b"Transfer-Encoding: chunked"


@a_kind
def comes_in_chunks(dice, post):
    return head(post, IN_CHUNKS) + chunks(post.body, dice), {200}


@a_kind
def comes_in_too_many_chunks(dice, post):
    return head(post, IN_CHUNKS) + chunks(post.body + b" " * LIMIT, dice), {413}


@a_kind
def chunks_that_are_none(dice, post):
    none = [
        b"zz\r\n",
        b"-1\r\n\r\n",
        b"F" * 30 + b"\r\n",
        b"5\r\nab",
        b"5\r\nabcdeX\r\n",
        b"",
        b"\r\n",
        b"0x5\r\nabcde\r\n",
    ]
    return head(post, IN_CHUNKS) + dice.choice(none), {400, CLOSED}


@a_kind
def announces_more_than_comes(dice, post):
    # All that Stripe signed came, though the line broke off after it.
    return head(post, length(len(post.body) + dice.randrange(1, 10_000))) + post.body, {200}


@a_kind
def announces_less_than_comes(dice, post):
    return head(post, length(dice.randrange(len(post.body)))) + post.body, {400}


@a_kind
def announces_too_much(dice, post):
    return head(post, length(dice.choice([LIMIT + 1, 2**40, 10**30]))) + post.body, {413}


@a_kind
def odd_length(dice, post):
    odd = dice.choice(["abc", "-1", "+5", "1_0", "", "0x10", "1e3", "5 5", "9" * 5000])
    return head(post, length(odd)) + post.body, {400}


@a_kind
def two_lengths(dice, post):
    return head(post, length(len(post.body)), length(dice.randrange(9))) + post.body, {400}


@a_kind
def length_and_chunks(dice, post):
    return head(post, length(len(post.body)), IN_CHUNKS) + post.body, {400}


@a_kind
def unheard_of_coding(dice, post):
    coding = dice.choice([b"gzip", b"chunked, chunked", b"identity, x", b"xchunked", b"\x0bchunked"])
    return head(post, b"Transfer-Encoding: " + coding) + chunks(post.body, dice), {400, 501}


@a_kind
def endless_head(dice, post):
    lines = dice.choice([[b"X-A: " + b"a" * 20_000], [b"X-%d: a" % number for number in range(200)]])
    return head(post, *lines, length(len(post.body))) + post.body, {400, 431}


@a_kind
def odd_head(dice, post):
    odd = dice.choice(
        [b"no colon", b"A b: c", b"X : y", b"X: \0", b": x", b"\xff: x", b"X: a\r b", b"X: a\n\nb"]
    )
    return head(post, odd, length(len(post.body))) + post.body, {400}


@a_kind
def odd_first_line(dice, post):
    odd = [
        b"POST",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"POST  HTTP/1.1",
        b"POST / HTTP/9.9",
        b"\0",
        b"GET /",
        b"{}",
    ]
    return head(post, first=dice.choice(odd)), {400, 403, 404, 505, CLOSED}


@a_kind
def goes_away_half_way(dice, post):
    request = by_the_book(post)
    return request[: dice.randrange(len(request))], {400, CLOSED}


@a_kind
def waits_to_be_asked_for_more(dice, post):
    return head(post, length(len(post.body)), b"Expect: 100-continue") + post.body, {200}


@a_kind
def two_signatures_of_which_the_first_counts(dice, post):
    forged = head(Post(b"", "t=1,v1=0")).splitlines()[3]
    return head(post, forged, length(len(post.body))) + post.body, {200}


@a_kind
def old_protocol(dice, post):
    first = b"POST %s HTTP/1.0" % WEBHOOK.encode()
    return head(post, length(len(post.body)), first=first) + post.body, {200}
