"""What the junk is made of: events and other JSON with everything in them that no database and no parser likes."""

import hmac
import json
import time
from itertools import count

from django.conf import settings

FIELDS = [*"object created data request api_version pending_webhooks context".split(), "\0", "\ud800"]
TYPES = [
    *"checkout.session.completed invoice.paid charge.refunded payout.paid brand.new".split(),
    "\u00fc",
    " ",
]
TEXTS = [
    "", "\0", "x\0y", "\ud800", "\udfff\ud800", "\u202e", "\ufeff", "\U0001f4b6" * 9, "x" * 3000, "1e400", "../../x",
]  # fmt: skip
LEAVES = [
    None, True, False, 0, -1, 2**53, 2**63, -(2**63) - 1, 10**400, 1e308, float("inf"), float("nan"), -0.0, *TEXTS
]  # fmt: skip
_numbers = count(1)


def event(dice, **changes):
    """The bytes of an event about something absurd, and its id, which no other has."""
    event_id = f"evt_junk_{next(_numbers)}"
    object_id = dice.choice(TEXTS) if dice.random() < 0.5 else anything(dice)
    data = {"object": {"id": object_id, "object": "anything"}}
    told = {"id": event_id, "object": "event", "type": dice.choice(TYPES), "livemode": False, "data": data}
    return dump(told | changes), event_id


def anything(dice, depth=3):
    """Some JSON; a container now and then."""
    if not depth or dice.random() < 0.6:
        return dice.choice(LEAVES)
    inner = [anything(dice, depth - 1) for _ in range(dice.randrange(4))]
    return inner if dice.random() < 0.5 else dict(zip(dice.sample(FIELDS, len(inner)), inner, strict=True))


def dump(value):
    return json.dumps(value).encode()


def odd_header(dice):
    return dice.choice(
        ["t=1,v1=0", "t=1", "v1=0", ",,,", "=" * 999, "t=-1,v1=0", "t=1e9,v1=0", "nonsense", "t=" + "9" * 4000,
         "\xff\0", dice.randbytes(40).decode("latin-1")]
    )  # fmt: skip


def seal(body, *, secret=None, at=None):
    """Stripe's header for the bytes, be they text or not, as if made at that second, be it one or not."""
    key = (settings.STRIPE_WEBHOOK_SECRETS[0] if secret is None else secret).encode()
    when = str(int(time.time()) if at is None else at)
    return f"t={when},v1={hmac.digest(key, b'%s.%s' % (when.encode(), body), 'sha256').hex()}"
