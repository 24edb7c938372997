"""A gift's link is made of its reference and our secret, whenever it is needed; only its hash is kept."""

import hashlib
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.http import urlsafe_base64_encode

_SALT = "members.gift-link"
_BYTES = 18
"""144 bits: 24 characters in a link."""


def token_for(reference: UUID) -> str:
    """The secret part of the link."""
    digest = salted_hmac(_SALT, reference.hex, algorithm="sha256").digest()
    return urlsafe_base64_encode(digest[:_BYTES])


def hash_of(token: str) -> str:
    """What we keep, and look a link up by."""
    return hashlib.sha256(token.encode()).hexdigest()


def url_for(reference: UUID) -> str:
    """The whole link, for the giver to pass on."""
    return str(settings.SITE_URL + reverse("redeem", args=[token_for(reference)]))
