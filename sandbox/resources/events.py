"""Events: what happened in the last thirty days, newest first."""

import fnmatch

from sandbox import webhooks
from sandbox.errors import no_such
from sandbox.lists import Test, page
from sandbox.routing import serves
from sandbox.spec.description import parameter_schema
from sandbox.types import Json
from sandbox.work import Work

PATH = "/v1/events"
KEPT_FOR = 30 * 24 * 60 * 60


@serves(f"GET {PATH}/{{id}}")
def retrieve(work: Work, params: Json, identifier: str) -> Json:
    event = work.get("event", identifier)
    if event["created"] < work.now - KEPT_FOR:
        raise no_such("event", identifier)
    return event


@serves(f"GET {PATH}")
def list_them(work: Work, params: Json) -> Json:
    """List events; a type may stand for a group, like `customer.*`."""
    params = dict(params)
    # SQLite narrows down by one lower bound only: by the caller's, if there is one; the plus keeps ours out of that.
    mine = "+created" if params.get("created") else "created"
    besides: list[Test] = [(f"{mine} >= ?", [work.now - KEPT_FOR])]
    is_delivered = params.pop("delivery_success", None)
    if is_delivered is not None:
        besides.append((f"{'NOT' if is_delivered else ''} {webhooks.IS_UNDELIVERED}", []))
    if "*" in (params.get("type") or ""):
        params["types"] = fnmatch.filter(_types(), params.pop("type"))
    return page(work, "event", params, url=PATH, columns={"types": "type"}, besides=besides)


def _types() -> list[str]:
    listened_to = parameter_schema("POST", "/v1/webhook_endpoints")["properties"]["enabled_events"]
    known: list[str] = listened_to["items"]["enum"]
    return known
