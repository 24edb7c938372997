"""What a session may not ask for. Stripe's own words where they are known."""

from urllib.parse import urlsplit

from sandbox.catalog import Line
from sandbox.errors import StripeError, missing_parameter, not_simulated
from sandbox.money import check_chargeable
from sandbox.types import Json
from sandbox.work import Work

HOUR = 60 * 60
SHORTEST, LONGEST = HOUR // 2, 24 * HOUR
GRACE = 60

# Things that would change what is charged or to whom it goes: better refused than quietly ignored.
UNSIMULATED = ("shipping_options", "optional_items", "managed_payments")
UNSIMULATED_INSIDE = {
    "payment_intent_data": ("application_fee_amount", "on_behalf_of", "transfer_data"),
    "subscription_data": ("application_fee_percent", "on_behalf_of", "transfer_data", "billing_cycle_anchor"),
    "automatic_tax": ("enabled",),
    "adaptive_pricing": ("enabled",),
}


def check(work: Work, given: Json) -> None:
    """Refuse what can be refused before anything is priced."""
    if not given.get("mode"):
        raise missing_parameter("mode")
    if given["mode"] == "setup":
        raise not_simulated("mode")
    if given.get("ui_mode") not in (None, "hosted_page"):
        raise not_simulated("ui_mode")
    _check_simulated(given)
    _check_parties(work, given)
    _check_urls(given)
    _check_expiry(work, given.get("expires_at"))


def _check_simulated(given: Json) -> None:
    for name in UNSIMULATED:
        if given.get(name):
            raise not_simulated(name)
    for outer, names in UNSIMULATED_INSIDE.items():
        for name in names:
            if (given.get(outer) or {}).get(name):
                raise not_simulated(f"{outer}[{name}]")
    for name, mode in (("payment_intent_data", "payment"), ("subscription_data", "subscription")):
        if given.get(name) and given["mode"] != mode:
            raise StripeError(f"You can not pass `{name}` in `{given['mode']}` mode.", param=name)


def _check_parties(work: Work, given: Json) -> None:
    if given.get("customer") and given.get("customer_email"):
        raise StripeError(
            "You may only specify one of these parameters: customer, customer_email.", param="customer"
        )
    if given.get("customer"):
        work.get("customer", given["customer"], param="customer")
    if given.get("customer_creation") and given["mode"] != "payment":
        raise StripeError(
            "`customer_creation` can only be used in `payment` mode.", param="customer_creation"
        )
    if (
        given.get("submit_type")
        and given["mode"] == "subscription"
        and given["submit_type"] not in ("auto", "subscribe")
    ):
        raise StripeError("`submit_type` can only be used in `payment` mode.", param="submit_type")
    email = given.get("customer_email")
    if email is not None and "@" not in email:
        raise StripeError(f"Invalid email address: {email}", code="email_invalid", param="customer_email")


def _check_urls(given: Json) -> None:
    if not given.get("success_url"):
        raise missing_parameter("success_url")
    for name in ("success_url", "cancel_url"):
        parts = urlsplit(given.get(name) or "http://localhost")
        if parts.scheme not in ("http", "https") or not parts.netloc:
            raise StripeError("Not a valid URL", code="url_invalid", param=name)


def _check_expiry(work: Work, expires_at: int | None) -> None:
    if expires_at is None:
        return
    if expires_at < work.now + SHORTEST - GRACE:
        message = "The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation."
        raise StripeError(message, param="expires_at")
    if expires_at > work.now + LONGEST + GRACE:
        message = "The `expires_at` timestamp must be less than 24 hours from Checkout Session creation."
        raise StripeError(message, param="expires_at")


def check_lines(mode: str, lines: list[Line]) -> None:
    """Refuse lines that do not go together or cannot be charged."""
    if len({one.currency for one in lines}) > 1:
        raise StripeError(
            "All prices on a Checkout Session must share the same currency.", param="line_items"
        )
    if mode == "payment" and any(one.is_recurring for one in lines):
        message = (
            "You specified `payment` mode but passed a recurring price. "
            "Either switch to `subscription` mode or use only one-time prices."
        )
        raise StripeError(message, param="line_items")
    if mode == "subscription" and not any(one.is_recurring for one in lines):
        message = "You must provide at least one recurring price in `subscription` mode when using prices."
        raise StripeError(message, param="line_items")
    if len({_cycle(one) for one in lines if one.is_recurring}) > 1:
        message = "All recurring prices on a Checkout Session must have the same billing interval."
        raise StripeError(message, param="line_items")
    if mode == "payment":
        check_chargeable(sum(one.amount for one in lines), lines[0].currency)


def _cycle(one: Line) -> tuple[str, int]:
    recurring = one.price["recurring"]
    return recurring["interval"], recurring["interval_count"]
