"""The customer portal: whose it is, what may be done there, and a new card that pays from now on."""

from sandbox import setups
from sandbox.billing import subscriptions
from sandbox.types import Json
from sandbox.work import Work

SESSION, CONFIGURATION = "billing_portal.session", "billing_portal.configuration"
GOOD_FOR = 60 * 60
# Stripe's published description does not know it yet; the SDK does.
NO_PAUSE: Json = {"duration": {"interval_options": [], "type": "indefinite"}, "enabled": False}


def new_configuration(work: Work, given: Json, *, is_default: bool = False) -> Json:
    """Create a configuration; what is not given is off."""
    configuration = work.draft(
        CONFIGURATION, active=True, is_default=is_default, metadata=given.get("metadata") or {}
    )
    configuration |= {"updated": work.now, "default_return_url": given.get("default_return_url")}
    configuration |= {"name": given.get("name")}
    configuration["features"]["subscription_pause"] = NO_PAUSE
    configuration["business_profile"] |= given.get("business_profile") or {}
    configure(configuration, given.get("features") or {})
    work.save(configuration)
    work.emit(f"{CONFIGURATION}.created", configuration)
    return configuration


def configure(configuration: Json, features: Json) -> None:
    """Switch features on or off; an unset list is empty."""
    for name, wanted in features.items():
        held = configuration["features"][name]
        given = {key: value for key, value in wanted.items() if value is not None}
        if isinstance(given.get("cancellation_reason"), dict):
            given["cancellation_reason"] = held["cancellation_reason"] | given["cancellation_reason"]
        configuration["features"][name] = held | given


def default_configuration(work: Work) -> Json:
    """Return the account's own, which shows invoices and takes new cards; it is made when first needed."""
    held = work.every(CONFIGURATION, is_default=1)
    features = {"invoice_history": {"enabled": True}, "payment_method_update": {"enabled": True}}
    return held[0] if held else new_configuration(work, {"features": features}, is_default=True)


def open_session(work: Work, customer: Json, configuration: Json, **fields: object) -> Json:
    """Create a session, whose address is good for an hour."""
    session = work.draft(SESSION, configuration=configuration["id"], customer=customer["id"])
    session |= {"url": f"{work.base_url}/p/session/{session['id']}"} | fields
    work.save(session)
    work.emit(f"{SESSION}.created", session)
    return session


def is_over(work: Work, session: Json) -> bool:
    return bool(work.now >= session["created"] + GOOD_FOR)


def save_card(work: Work, session: Json, method: Json) -> Json:
    """Make the card ready and let everything be paid by it, unless the bank asks first. Returns the setup intent."""
    setup = setups.open_setup(work, customer=session["customer"], _portal=session["id"])
    setups.confirm(work, setup, method)
    after_challenge(work, setup)
    return setup


def after_challenge(work: Work, setup: Json) -> None:
    """Let everything be paid by the card that a setup has just made ready."""
    if setup.get("_portal") and setup["status"] == "succeeded":
        customer = work.get("customer", setup["customer"])
        _pay_by(work, customer, setup["payment_method"])


def after_update(session: Json) -> str:
    """Return where the visitor goes once the card is saved."""
    completion = (session["flow"] or {}).get("after_completion") or {"type": "portal_homepage"}
    if completion["type"] == "redirect":
        return str(completion["redirect"]["return_url"])
    if completion["type"] == "portal_homepage" and session["return_url"]:
        return str(session["return_url"])
    return f"{session['url']}?saved=1"


def _pay_by(work: Work, customer: Json, method: str) -> None:
    previous = {"invoice_settings": customer["invoice_settings"]}
    customer["invoice_settings"] = customer["invoice_settings"] | {"default_payment_method": method}
    work.save(customer)
    work.emit("customer.updated", customer, previous)
    for subscription in work.every("subscription", customer=customer["id"]):
        if subscription["status"] in subscriptions.RUNNING:
            subscriptions.change(work, subscription, default_payment_method=method)
