"""What a stranger, a broken client or Stripe gone mad might post to our webhook, by a seed, with the answer due.

Each kind is a function of the dice that makes one post.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from random import Random

from tests.support.events import WEBHOOK
from tests.support.nonsense import FIELDS, anything, dump, event, odd_header, seal

LIMIT = 256 * 1024
YEARS = 10 * 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Post:
    """One request: `status` is the answer due, `event_id` what is kept then, `environ` what is odd about its way."""

    body: bytes
    signature: str | None
    status: int = 400
    event_id: str = ""
    environ: dict = field(default_factory=dict)

    def wsgi(self) -> dict:
        """The request as a server hands it on."""
        told = {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": WEBHOOK,
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "8000",
            "wsgi.url_scheme": "http",
            "wsgi.input": BytesIO(self.body),
            "CONTENT_TYPE": "application/json",
            "CONTENT_LENGTH": str(len(self.body)),
        }
        header = {} if self.signature is None else {"HTTP_STRIPE_SIGNATURE": self.signature}
        return told | header | self.environ


Kind = Callable[[Random], Post]
KINDS: dict[Kind, int] = {}


def posts(seed: object) -> Iterator[Post]:
    """Without end, and the same for the same seed (but for the clock)."""
    dice = Random(f"junk/{seed}")
    kinds, shares = list(KINDS), list(KINDS.values())
    while True:
        for kind in dice.choices(kinds, shares, k=1000):
            yield kind(dice)


def absurd_events(seed: object) -> Iterator[Post]:
    """Events that are kept, and make no sense, or little."""
    dice = Random(f"absurd/{seed}")
    while True:
        yield absurd_event(dice)


def share(weight: int) -> Callable[[Kind], Kind]:
    def register(kind: Kind) -> Kind:
        KINDS[kind] = weight
        return kind

    return register


@share(20)
def noise(dice):
    return Post(dice.randbytes(dice.randrange(1500)), odd_header(dice))


@share(10)
def unsigned_json(dice):
    return Post(dump(anything(dice)), dice.choice([None, "", odd_header(dice)]))


@share(10)
def forged(dice):
    body, _ = event(dice)
    return Post(body, seal(body, secret=dice.choice(["whsec_other", "", " ", "\u00e9"])))


@share(8)
def of_the_past(dice):
    body, _ = event(dice)
    return Post(
        body, seal(body, at=int(time.time()) - dice.choice([310, 86_400, dice.randrange(310, YEARS)]))
    )


@share(8)
def of_the_future(dice):
    body, _ = event(dice)
    return Post(
        body, seal(body, at=int(time.time()) + dice.choice([310, 86_400, dice.randrange(310, YEARS)]))
    )


@share(2)
def signed_at_no_time(dice):
    body, _ = event(dice)
    when = dice.choice(
        ["", "-5", "1e9", "nan", "\u0663", "9" * 5000, "0" * 5000 + "1", "99999999999999999999"]
    )
    return Post(body, seal(body, at=when).encode().decode("latin-1"))


@share(8)
def tampered(dice):
    body, _ = event(dice)
    place = dice.randrange(len(body))
    bent = body[:place] + bytes([body[place] ^ 1 << dice.randrange(8)]) + body[place + 1 :]
    return Post(dice.choice([bent, body[:place], body + b" ", b""]), seal(body))


@share(8)
def mangled_header(dice):
    body, _ = event(dice)
    header = seal(body)
    when, made = header.split(",")
    bent = [
        when, made, made + "," + made, header.upper(), header.replace("v1=", "v0="), header.replace("=", ":"),
        header.replace("t=", "t ="), header.replace(",", ";"), when + "," + made[:-1], when + "," + made + "0",
        "t=1," + header, when + ".0," + made, when.replace("t=", "t=+") + "," + made, header[::-1], "\0" + header,
        header.replace("t=", "t=" + "0" * 5000), "t=\u0663," + made.encode().decode("latin-1"), '"' + header + '"',
    ]  # fmt: skip
    return Post(body, dice.choice(bent).encode().decode("latin-1"))


@share(6)
def signed_noise(dice):
    body = b"\x80" + dice.randbytes(dice.randrange(1500))
    return Post(body, seal(body))


@share(8)
def signed_json(dice):
    body = dump(anything(dice))
    return Post(body, seal(body))


@share(8)
def signed_with_a_wrong_envelope(dice):
    wrong = dice.choice(["id", "type", "livemode", "account"])
    values = [7, 2**70, 1.5, True, ["x"], {"a": 1}, "\0", "x\ud800", "\u202eevt", "e" * 101, "\n"]
    values += [] if wrong == "account" else [None, "", False, [], {}]
    value = dice.choice([value for value in values if not (wrong == "livemode" and isinstance(value, bool))])
    body, _ = event(dice, **{wrong: value})
    return Post(body, seal(body))


@share(2)
def signed_and_deep(dice):
    depth = dice.randrange(5000, 100_000)
    opening, closing = dice.choice([(b"[", b"]"), (b'{"a":', b"}")])
    body = (opening * depth + b"1" + closing * dice.choice([depth, 0, depth - 1]))[: LIMIT - 1]
    return Post(body, seal(body))


@share(1)
def of_the_other_mode_or_another_account(dice):
    body, _ = event(dice, **dice.choice([{"livemode": True}, {"account": f"acct_{dice.randrange(3)}"}]))
    return Post(body, seal(body))


@share(2)
def too_large(dice):
    size = dice.choice([LIMIT + 1, 2**31, 2**64, 10**40])
    return Post(b"[" * 1000, "t=1,v1=0", status=413, environ={"CONTENT_LENGTH": str(size)})


@share(1)
def too_large_in_chunks(dice):
    body, _ = event(dice)
    body += b" " * LIMIT
    return Post(body, seal(body), status=413, environ=CHUNKED)


@share(2)
def odd_length(dice):
    body, _ = event(dice)
    lengths = [
        "",
        "0",
        "10",
        "-1",
        "1e3",
        "1.0",
        "0x10",
        "1_0",
        " 7",
        "abc",
        "\u0665",
        "\xff",
        "\0",
        "9" * 5000,
    ]
    return Post(body, seal(body), environ={"CONTENT_LENGTH": dice.choice(lengths)})


@share(1)
def other_method(dice):
    body, _ = event(dice)
    method = dice.choice(["GET", "HEAD", "PUT", "PATCH", "DELETE", "TRACE", "BREW"])
    return Post(body, seal(body), status=405, environ={"REQUEST_METHOD": method})


@share(3)
def absurd_event(dice):
    """Stripe says so: it is kept, whatever a worker will make of it."""
    fields = {name: anything(dice) for name in dice.sample(FIELDS, dice.randrange(1, len(FIELDS)))}
    body, event_id = event(dice, **fields)
    encoding = dice.choice(["utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-32"])
    body = body.decode().encode(encoding)
    return Post(body, seal(body), status=200, event_id=event_id)


@share(2)
def event_by_an_odd_way(dice):
    """All of it came, so it is kept."""
    body, event_id = event(dice)
    header = seal(body)
    when, made = header.split(",")
    headers = [header, f"{when},v1=00,{made}", f"{header},v0=junk,,=,", f"{when},t=1,{made}", f"x=1,{header}"]
    ways = [{}, CHUNKED, {"CONTENT_LENGTH": str(len(body) + 99)}, {"CONTENT_TYPE": "text/x;charset=no"}]
    ways += [
        {"QUERY_STRING": "a=%ff&" * 50},
        {"HTTP_COOKIE": "\xff=;;"},
        {"HTTP_ACCEPT_LANGUAGE": "x" * 9000},
    ]
    return Post(body, dice.choice(headers), status=200, event_id=event_id, environ=dice.choice(ways))


CHUNKED = {"CONTENT_LENGTH": "", "HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True}
