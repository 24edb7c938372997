from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning as Caution, register

from payments.fees import card_fee
from payments.fulfilment import unfulfilled_purposes


@register()
def check_fulfilment(**_: Any) -> list[CheckMessage]:
    """Each purpose is delivered by somebody."""
    return [
        Error(
            f"Nothing delivers what a payment for '{purpose}' buys.",
            hint="Decorate one function with @fulfils(…) in members/fulfilment.py.",
            id="payments.E001",
        )
        for purpose in unfulfilled_purposes()
    ]


@register()
def check_stripe_settings(**_: Any) -> list[CheckMessage]:
    """The Stripe settings fit each other and the kind of installation."""
    found: list[CheckMessage] = []
    if not settings.STRIPE_SECRET_KEY:
        found.append(Error("STRIPE_SECRET_KEY is not set.", hint="See .env.example.", id="payments.E002"))
    if not settings.STRIPE_WEBHOOK_SECRETS or not all(settings.STRIPE_WEBHOOK_SECRETS):
        found.append(
            Error(
                "STRIPE_WEBHOOK_SECRET is not set: no event from Stripe will be believed.",
                hint="Copy the whsec_… of your endpoint, or of `stripe listen`.",
                id="payments.E003",
            )
        )
    if settings.STRIPE_LIVEMODE and (settings.DEBUG or settings.DEMO):
        found.append(
            Error(
                "STRIPE_SECRET_KEY is a live key, and DEBUG or DEMO is on.",
                hint="Use a key that begins with sk_test_.",
                id="payments.E004",
            )
        )
    if _is_foreign() and settings.STRIPE_LIVEMODE:
        found.append(
            Error(
                f"A live key would be sent to {settings.STRIPE_API_BASE}.",
                hint="Unset STRIPE_API_BASE.",
                id="payments.E005",
            )
        )
    if _is_foreign() and urlsplit(settings.STRIPE_API_BASE).hostname not in ("127.0.0.1", "localhost", "::1"):
        found.append(
            Caution("STRIPE_API_BASE is neither Stripe nor this machine.", id="payments.W001"),
        )
    return found


@register()
def check_card_fees(**_: Any) -> list[CheckMessage]:
    """What cards cost can be read."""
    found: list[CheckMessage] = []
    for written in settings.CARD_FEES:
        try:
            card_fee(written)
        except ValueError:
            hint = "Write each like EUR=1.5%+0.25, with a comma between them."
            found.append(Error(f"CARD_FEES has {written!r}.", hint=hint, id="payments.E006"))
    return found


def _is_foreign() -> bool:
    return bool(settings.STRIPE_API_BASE != settings.STRIPE_LIVE_API_BASE)
