"""Faults on request: what goes wrong between Stripe and a site. The same seed makes the same things go wrong."""

from dataclasses import dataclass, field

from sandbox.faults.api import ApiFaults
from sandbox.faults.webhooks import WebhookFaults
from sandbox.types import Json


@dataclass
class Faults:
    """What is set now."""

    webhooks: WebhookFaults = field(default_factory=WebhookFaults)
    api: ApiFaults = field(default_factory=ApiFaults)

    def clear(self) -> None:
        self.webhooks, self.api = WebhookFaults(), ApiFaults()

    def told(self) -> Json:
        """Return what is set, in the shape it was asked for, and how often each has struck."""
        return {"webhooks": self.webhooks.told(), "api": self.api.told()}
