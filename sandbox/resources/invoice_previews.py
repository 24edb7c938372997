"""Previews of invoices: what a change of a subscription, or its next renewal, will cost."""

from sandbox.billing import previewing, subscriptions
from sandbox.errors import ParameterError, not_simulated
from sandbox.resources.subscriptions import wanted_change
from sandbox.routing import serves
from sandbox.types import Json
from sandbox.work import Work

SIMULATED = {"currency", "customer", "expand", "preview_mode", "subscription", "subscription_details"}
DETAILS = {"cancel_at_period_end", "items", "proration_behavior", "proration_date", "trial_end"}


@serves("POST /v1/invoices/create_preview")
def create(work: Work, params: Json) -> Json:
    details = params.get("subscription_details") or {}
    _refuse_unsimulated(params, details)
    with work.rehearsal():
        subscription = work.get("subscription", params["subscription"], param="subscription")
        if params.get("customer") not in (None, subscription["customer"]):
            message = "The subscription belongs to another customer."
            raise ParameterError(message, param="subscription")
        if details.get("cancel_at_period_end") is not None:
            subscriptions.cancel_at_period_end(work, subscription, details["cancel_at_period_end"])
        return previewing.foresee(work, subscription, wanted_change(work, subscription, details))


def _refuse_unsimulated(params: Json, details: Json) -> None:
    for name in params:
        if params[name] and name not in SIMULATED:
            raise not_simulated(name)
    for name in details:
        if details[name] and name not in DETAILS:
            raise not_simulated(f"subscription_details[{name}]")
    if not params.get("subscription"):
        raise not_simulated("a preview without `subscription`")
