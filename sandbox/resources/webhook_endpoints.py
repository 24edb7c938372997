"""Webhook endpoints over the API. The signing secret is told once, on creation."""

from sandbox import webhooks
from sandbox.resources.common import apply, readable
from sandbox.routing import serves
from sandbox.types import Json
from sandbox.work import Work, public

PATH = "/v1/webhook_endpoints"
ONE = f"{PATH}/{{webhook_endpoint}}"

readable("webhook_endpoint", PATH, "webhook_endpoint")


@serves(f"POST {PATH}")
def create(work: Work, params: Json) -> Json:
    endpoint = work.new(
        "webhook_endpoint",
        api_version=params.get("api_version"),
        description=params.get("description"),
        enabled_events=params["enabled_events"],
        metadata=params.get("metadata") or {},
        status="enabled",
        url=params["url"],
        _secret=webhooks.new_secret(),
    )
    return public(endpoint) | {"secret": endpoint["_secret"]}


@serves(f"POST {ONE}")
def update(work: Work, params: Json, identifier: str) -> Json:
    endpoint = work.get("webhook_endpoint", identifier, param="webhook_endpoint")
    apply(work, endpoint, params, ("description", "enabled_events", "metadata", "url"))
    if params.get("disabled") is not None:
        endpoint["status"] = "disabled" if params["disabled"] else "enabled"
        work.save(endpoint)
    return endpoint


@serves(f"DELETE {ONE}")
def delete(work: Work, params: Json, identifier: str) -> Json:
    endpoint = work.get("webhook_endpoint", identifier, param="webhook_endpoint")
    work.store.run("UPDATE deliveries SET due = NULL WHERE endpoint = ?", identifier)
    return work.delete(endpoint)
