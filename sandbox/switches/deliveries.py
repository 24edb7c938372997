"""Hold webhooks back, and tell what became of them."""

from sandbox import webhooks
from sandbox.switching import switch
from sandbox.types import Json
from sandbox.work import Work


@switch("POST", "webhooks")
def hold(work: Work, body: Json) -> Json:
    """Hold or release the delivery of webhooks."""
    webhooks.pause(work.store, bool(body.get("paused")))
    return state(work, body)


@switch("GET", "webhooks")
def state(work: Work, _: Json) -> Json:
    """Tell whether webhooks are held, and how many deliveries are still to be made."""
    return {"paused": webhooks.is_paused(work.store), "pending": webhooks.waiting(work.store)}


@switch("GET", "deliveries")
def tell(work: Work, _: Json) -> Json:
    """Tell every attempt to deliver so far, and how many deliveries are still to be made."""
    return {"deliveries": webhooks.attempts(work.store), "pending": webhooks.waiting(work.store)}
