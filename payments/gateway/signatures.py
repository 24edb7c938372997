import hmac
import time

from django.conf import settings

TOLERANCE = 300
"""Seconds that a signature may be old, or ahead of our clock."""


class BadSignature(Exception):
    """Nobody who knows our webhook secret signed these bytes just now."""


# Not the SDK's: that would have each web process load 1,600 modules for one HMAC, builds an object of every event, and
# lets a signature that is dated ahead stay good for ever.
def verify(body: bytes, header: str) -> None:
    """Passes if any of our secrets signed the body within TOLERANCE. Raises BadSignature."""
    signed_at, signatures = _parse(header)
    payload = b"%s.%s" % (signed_at, body)
    if not any(_is_signed(payload, signatures, secret) for secret in settings.STRIPE_WEBHOOK_SECRETS):
        raise BadSignature("no secret of ours made this signature")
    if abs(int(signed_at) - time.time()) > TOLERANCE:
        raise BadSignature("signed too long ago, or in the future")


def _parse(header: str) -> tuple[bytes, list[bytes]]:
    """The time that was signed, in digits, and each signature of the scheme in use."""
    if not header.isascii():
        raise BadSignature("this is no signature")
    parts = [part.partition("=") for part in header.split(",")]
    times = [value for name, _, value in parts if name == "t"]
    # Longer than any time of ours, and Python refuses to read it.
    if not times or not times[0].isdecimal() or len(times[0]) > 20:
        raise BadSignature("the signature says no time")
    return times[0].encode(), [value.encode() for name, _, value in parts if name == "v1"]


def _is_signed(payload: bytes, signatures: list[bytes], secret: str) -> bool:
    # With an empty key anybody can sign.
    if not secret.strip():
        return False
    expected = hmac.digest(secret.encode(), payload, "sha256").hex().encode()
    return any(hmac.compare_digest(expected, signature) for signature in signatures)
