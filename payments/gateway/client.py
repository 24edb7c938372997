from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING

from django.conf import settings

from payments.gateway.facts import Declined, GatewayError, Refused

if TYPE_CHECKING:
    import stripe


@lru_cache(maxsize=4)
def _client(key: str, api_base: str) -> "stripe.StripeClient":
    import stripe  # 1,600 modules: only the process that talks to Stripe loads them

    # A client makes no retries unless told; with a key of ours on each write they are safe.
    return stripe.StripeClient(key, base_addresses={"api": api_base}, max_network_retries=2)


def client() -> "stripe.StripeClient":
    """The client for the key and base in the settings."""
    return _client(settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE)


@contextmanager
def our_errors() -> Iterator[None]:
    """Turns whatever the SDK raises into GatewayError."""
    import stripe

    try:
        yield
    except stripe.CardError as error:
        raise Declined(_in_words(error)) from error
    except stripe.InvalidRequestError as error:
        raise Refused(_in_words(error)) from error
    except stripe.StripeError as error:
        raise GatewayError(_in_words(error)) from error


def _in_words(error: "stripe.StripeError") -> str:
    return f"{type(error).__name__}: {error.user_message or error}"
