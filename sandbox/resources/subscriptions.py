"""Subscriptions and their items over the API."""

from sandbox import catalog, coupons, methods
from sandbox.billing import changing, discounting, ending, subscriptions
from sandbox.billing.changing import Change
from sandbox.billing.subscribing import subscribe
from sandbox.catalog import Line
from sandbox.checkout.opening import DAY
from sandbox.errors import MissingError, StripeError, missing_parameter, no_such, not_simulated
from sandbox.lists import page, slice_of
from sandbox.resources.common import besides_clocks, merged, picked, retrievable
from sandbox.routing import serves
from sandbox.types import Json
from sandbox.work import Work

PATH = "/v1/subscriptions"
ONE = f"{PATH}/{{subscription_exposed_id}}"
UNSIMULATED = (
    "add_invoice_items", "application_fee_percent", "backdate_start_date", "billing_cycle_anchor",
    "billing_cycle_anchor_config", "billing_schedules", "billing_thresholds", "cancel_at", "on_behalf_of",
    "pending_invoice_item_interval", "transfer_data",
)  # fmt: skip
NOT_SAVED = subscriptions.constants()["payment_settings"]
LONGEST_TRIAL = 730 * DAY
PLAIN = ("description", "pause_collection")

retrievable("subscription", PATH, "subscription_exposed_id")


@serves(f"GET {PATH}")
def list_them(work: Work, params: Json) -> Json:
    """Ended subscriptions are shown only to those who ask for them."""
    wanted = dict(params)
    status = wanted.pop("status", None)
    if status is None:
        wanted["status"] = [*subscriptions.RUNNING, "incomplete_expired"]
    elif status == "ended":
        wanted["status"] = ["canceled", "incomplete_expired"]
    elif status != "all":
        wanted["status"] = status
    if wanted.get("price"):
        raise not_simulated("price")
    besides = besides_clocks(params, "customer")
    return page(work, "subscription", wanted, url=PATH, besides=besides)


@serves(f"POST {PATH}")
def create(work: Work, params: Json) -> Json:
    _refuse_unsimulated(params)
    if not params.get("customer"):
        raise missing_parameter("customer")
    customer = work.get("customer", params["customer"], param="customer")
    lines = _lines(work, params)
    return subscribe(
        work,
        customer,
        lines,
        coupons=[_coupon(work, given, lines[0].currency) for given in params.get("discounts") or []],
        trial_end=_trial_end(work, params),
        behavior=params.get("payment_behavior") or "allow_incomplete",
        is_off_session=bool(params.get("off_session")),
        cancel_at_period_end=bool(params.get("cancel_at_period_end")),
        metadata=merged({}, params.get("metadata") or {}),
        **picked(params, (*PLAIN, "collection_method", "days_until_due", "trial_settings")),
        **_payment_settings(params, NOT_SAVED),
        **_default_method(work, params, customer["id"]),
    )


@serves(f"POST {ONE}")
def update(work: Work, params: Json, identifier: str) -> Json:
    _refuse_unsimulated(params)
    subscription = work.get("subscription", identifier)
    behavior = params.get("payment_behavior") or "allow_incomplete"
    if behavior not in ("allow_incomplete", "error_if_incomplete"):
        raise not_simulated("payment_behavior")
    if "discounts" in params:
        _change_discounts(work, subscription, params["discounts"] or [])
    change = wanted_change(work, subscription, params)
    changing.apply(work, subscription, change, must_be_paid=behavior == "error_if_incomplete")
    _change_ending(work, subscription, params)
    fields = {name: params[name] for name in (*PLAIN, "trial_settings") if name in params}
    if fields.get("pause_collection"):
        fields["pause_collection"] = {"resumes_at": None} | fields["pause_collection"]
    fields |= _payment_settings(params, subscription["payment_settings"])
    fields |= _default_method(work, params, subscription["customer"])
    if "metadata" in params:
        fields["metadata"] = merged(subscription["metadata"], params["metadata"])
    subscriptions.change(work, subscription, **fields)
    return subscription


@serves(f"DELETE {ONE}")
def cancel(work: Work, params: Json, identifier: str) -> Json:
    for name in ("invoice_now", "prorate"):
        if params.get(name):
            raise not_simulated(name)
    subscription = work.get("subscription", identifier)
    ending.end(work, subscription, params.get("cancellation_details"))
    return subscription


@serves(f"DELETE {ONE}/discount")
def delete_discount(work: Work, params: Json, identifier: str) -> Json:
    subscription = work.get("subscription", identifier)
    if not subscription["discounts"]:
        raise MissingError("No active discount for the subscription.", code="resource_missing")
    discount = work.get("discount", subscription["discounts"][0])
    discounting.replace(work, subscription, [])
    return discount | {"deleted": True}


@serves("GET /v1/subscription_items")
def list_items(work: Work, params: Json) -> Json:
    subscription = work.get("subscription", params["subscription"], param="subscription")
    return slice_of(subscriptions.items(subscription), params, url="/v1/subscription_items")


@serves("GET /v1/subscription_items/{item}")
def retrieve_item(work: Work, params: Json, identifier: str) -> Json:
    for subscription in work.every("subscription"):
        for item in subscriptions.items(subscription):
            if item["id"] == identifier:
                return item
    raise no_such("subscription_item", identifier, "item")


def _refuse_unsimulated(params: Json) -> None:
    for name in UNSIMULATED:
        if params.get(name):
            raise not_simulated(name)


def _default_method(work: Work, params: Json, customer: str) -> Json:
    """Return the given `default_payment_method` as a field: one of the customer's own, or none any more."""
    name = "default_payment_method"
    if name not in params:
        return {}
    if params[name] and methods.usable(work, params[name], param=name)["customer"] != customer:
        message = (
            f"The customer does not have a payment method with the ID {params[name]}. "
            "The payment method must be attached to the customer."
        )
        raise StripeError(message, code="resource_missing", param=name)
    return {name: params[name]}


def _coupon(work: Work, given: Json, currency: str) -> Json:
    if given.get("promotion_code") or not given.get("coupon"):
        raise not_simulated("discounts[promotion_code]")
    return coupons.redeemable(work, given["coupon"], currency, param="discounts[coupon]")


def _change_discounts(work: Work, subscription: Json, given: list[Json]) -> None:
    """Keep the discounts that are named, grant the coupons, and end all else."""
    kept = [each["discount"] for each in given if each.get("discount") in subscription["discounts"]]
    new = [_coupon(work, each, subscription["currency"]) for each in given if not each.get("discount")]
    granted = [discounting.grant(work, subscription, coupon) for coupon in new]
    discounting.replace(work, subscription, kept + granted)


def _payment_settings(params: Json, held: Json) -> Json:
    return {"payment_settings": held | (params.get("payment_settings") or {})}


def _lines(work: Work, params: Json) -> list[Line]:
    if not params.get("items"):
        raise missing_parameter("items")
    currency = params.get("currency")
    for place, item in enumerate(params["items"]):
        if item.get("discounts"):
            raise not_simulated(f"items[{place}][discounts]")
    return [
        catalog.line(work, item, currency=currency, path=f"items[{place}]")
        for place, item in enumerate(params["items"])
    ]


def _trial_end(work: Work, params: Json) -> int | None:
    if params.get("trial_period_days"):
        return int(work.now + params["trial_period_days"] * DAY)
    end = params.get("trial_end")
    return None if end == "now" else _checked_end(work, end)


def _checked_end(work: Work, end: int | None) -> int | None:
    if end is not None and not work.now < end <= work.now + LONGEST_TRIAL:
        message = (
            "Invalid timestamp: must be an integer Unix timestamp in the future, at most two years from now."
        )
        raise StripeError(message, param="trial_end")
    return end


def _change_ending(work: Work, subscription: Json, params: Json) -> None:
    """Let it run out, or no more; or only say why it does."""
    details, is_on = params.get("cancellation_details"), params.get("cancel_at_period_end")
    if is_on is not None:
        subscriptions.cancel_at_period_end(work, subscription, is_on, details)
    elif details:
        told = subscription["cancellation_details"] | details
        subscriptions.change(work, subscription, cancellation_details=told)


def wanted_change(work: Work, subscription: Json, params: Json) -> Change:
    """Read what is to become of a subscription, from the parameters of an update or of a preview."""
    given = params.get("items") or []
    end = params.get("trial_end")
    return Change(
        items=[_changed(work, subscription, item, place) for place, item in enumerate(given)],
        trial_end=work.now if end == "now" else _checked_end(work, end),
        proration=params.get("proration_behavior") or "create_prorations",
        at=params.get("proration_date"),
    )


def _changed(work: Work, subscription: Json, given: Json, place: int) -> Json:
    """Return an item as it is to be."""
    held = {item["id"]: item for item in subscriptions.items(subscription)}
    item = held.get(given.get("id"))
    if item is None or given.keys() - {"id", "price", "price_data", "quantity", "metadata"}:
        raise not_simulated(f"items[{place}]")
    item = dict(item)
    if given.get("price") or given.get("price_data"):
        price = catalog.line(work, given, currency=subscription["currency"], path=f"items[{place}]").price
        item |= subscriptions.priced(price)
    if given.get("quantity") is not None:
        item["quantity"] = given["quantity"]
    if "metadata" in given:
        item["metadata"] = merged(item["metadata"], given["metadata"])
    return item
