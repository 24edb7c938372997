"""Events: what happened, newest first."""

import fnmatch

from sandbox.lists import page
from sandbox.resources.common import retrievable
from sandbox.routing import serves
from sandbox.spec.description import parameter_schema
from sandbox.types import Json
from sandbox.work import Work

PATH = "/v1/events"

retrievable("event", PATH, "id")


@serves(f"GET {PATH}")
def list_them(work: Work, params: Json) -> Json:
    """List events; a type may stand for a group, like `customer.*`."""
    params = {name: value for name, value in params.items() if name != "delivery_success"}
    if "*" in (params.get("type") or ""):
        params["types"] = fnmatch.filter(_types(), params.pop("type"))
    return page(work, "event", params, url=PATH, columns={"types": "type"})


def _types() -> list[str]:
    listened_to = parameter_schema("POST", "/v1/webhook_endpoints")["properties"]["enabled_events"]
    known: list[str] = listened_to["items"]["enum"]
    return known
