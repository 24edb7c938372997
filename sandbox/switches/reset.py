"""Forget everything but the configured webhook endpoint."""

from sandbox import webhooks
from sandbox.switching import switch
from sandbox.types import Json
from sandbox.work import Work


@switch("POST", "reset")
def reset(work: Work, _: Json) -> Json:
    work.store.clear()
    work.world.faults.clear()
    webhooks.configure(work)
    return {"reset": True}
