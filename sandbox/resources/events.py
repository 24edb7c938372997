"""Events: what happened, newest first."""

from sandbox.lists import page
from sandbox.resources.common import retrievable
from sandbox.routing import serves
from sandbox.types import Json
from sandbox.work import Work

PATH = "/v1/events"

retrievable("event", PATH, "id")


@serves(f"GET {PATH}")
def list_them(work: Work, params: Json) -> Json:
    params = {name: value for name, value in params.items() if name != "delivery_success"}
    return page(work, "event", params, url=PATH, columns={"types": "type"})
