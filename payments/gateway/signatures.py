import time

from django.conf import settings

TOLERANCE = 300
"""Seconds that a signature may be old, or ahead of our clock."""


class BadSignature(Exception):
    """Nobody who knows our webhook secret signed these bytes just now."""


def verify(body: bytes, header: str) -> None:
    """Passes if any of our secrets signed the body within TOLERANCE. Raises BadSignature."""
    if not any(_is_signed(body, header, secret) for secret in settings.STRIPE_WEBHOOK_SECRETS):
        raise BadSignature("no secret of ours made this signature")
    # The SDK looks into the past alone: a signature dated ahead would stay good for ever.
    if _timestamp(header) > time.time() + TOLERANCE:
        raise BadSignature("signed in the future")


def _is_signed(body: bytes, header: str, secret: str) -> bool:
    import stripe

    # What the SDK compares with must be ASCII, or it raises TypeError.
    if not header.isascii():
        return False
    try:
        return bool(stripe.WebhookSignature.verify_header(body, header, secret, TOLERANCE))
    except (stripe.SignatureVerificationError, UnicodeDecodeError):
        return False


def _timestamp(header: str) -> int:
    """The first time in a header that was verified: the one that was signed."""
    return next(int(part.split("=")[1]) for part in header.split(",") if part.startswith("t="))
