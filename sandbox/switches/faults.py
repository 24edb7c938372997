"""Have things go wrong between Stripe and a site."""

from sandbox.faults.api import ApiFaults
from sandbox.faults.webhooks import WebhookFaults
from sandbox.spec.parameters import checked
from sandbox.switching import switch
from sandbox.types import Json
from sandbox.work import Work

PARTS: Json = {
    "type": "object",
    "properties": {"webhooks": {"type": "object"}, "api": {"type": "array", "items": {"type": "object"}}},
}


@switch("POST", "faults")
def strike(work: Work, body: Json) -> Json:
    """Set the faults from now on, in place of all that were set; an empty body clears them."""
    wanted = checked(PARTS, body)
    webhooks, api = WebhookFaults(wanted.get("webhooks")), ApiFaults(wanted.get("api"))
    work.world.faults.webhooks, work.world.faults.api = webhooks, api
    return tell(work, {})


@switch("GET", "faults")
def tell(work: Work, _: Json) -> Json:
    """Tell what is set, and how often each fault has struck."""
    return work.world.faults.told()
