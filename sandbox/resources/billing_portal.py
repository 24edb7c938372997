"""The customer portal over the API: configurations and sessions."""

from sandbox import portal
from sandbox.errors import missing_parameter, not_simulated
from sandbox.resources.common import apply, readable
from sandbox.routing import serves
from sandbox.types import Json
from sandbox.work import Work

CONFIGURATIONS = "/v1/billing_portal/configurations"
FIELDS = ("active", "default_return_url", "metadata", "name")
COMPLETIONS = ("hosted_confirmation", "redirect")

readable(portal.CONFIGURATION, CONFIGURATIONS, "configuration")


@serves(f"POST {CONFIGURATIONS}")
def create_configuration(work: Work, params: Json) -> Json:
    return portal.new_configuration(work, params)


@serves(f"POST {CONFIGURATIONS}/{{configuration}}")
def update_configuration(work: Work, params: Json, identifier: str) -> Json:
    configuration = work.get(portal.CONFIGURATION, identifier, param="configuration")
    previous = apply(work, configuration, params, FIELDS)
    configuration["business_profile"] |= params.get("business_profile") or {}
    portal.configure(configuration, params.get("features") or {})
    configuration["updated"] = work.now
    work.save(configuration)
    work.emit(f"{portal.CONFIGURATION}.updated", configuration, previous)
    return configuration


@serves("POST /v1/billing_portal/sessions")
def create_session(work: Work, params: Json) -> Json:
    if not params.get("customer"):
        raise missing_parameter("customer")
    customer = work.get("customer", params["customer"], param="customer")
    named = params.get("configuration")
    configuration = (
        work.get(portal.CONFIGURATION, named, param="configuration")
        if named
        else portal.default_configuration(work)
    )
    return portal.open_session(
        work,
        customer,
        configuration,
        flow=_flow(params.get("flow_data")),
        locale=params.get("locale"),
        return_url=params.get("return_url") or configuration["default_return_url"],
    )


def _flow(given: Json | None) -> Json | None:
    if not given:
        return None
    if given["type"] != "payment_method_update":
        raise not_simulated("flow_data[type]")
    completion = given.get("after_completion") or {"type": "portal_homepage"}
    if completion["type"] == "redirect" and not completion.get("redirect"):
        raise missing_parameter("flow_data[after_completion][redirect]")
    others = ("subscription_cancel", "subscription_update", "subscription_update_confirm")
    return {
        "type": given["type"],
        "after_completion": dict.fromkeys(COMPLETIONS) | completion,
        **dict.fromkeys(others),
    }
