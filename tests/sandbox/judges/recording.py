"""A Stripe client that keeps every body it is answered, undecoded by the SDK's own classes."""

import json
from typing import Any

import stripe

KEY = "sk_test_judges000000000000000"


class Recorder(stripe.RequestsClient):
    """The SDK's HTTP client, with a memory."""

    def __init__(self) -> None:
        super().__init__()
        self.bodies: list[dict[str, Any]] = []

    def request(self, method: str, url: str, headers: Any, post_data: Any = None) -> Any:
        answer = super().request(method, url, headers, post_data)
        self.bodies.append(json.loads(answer[0]))
        return answer


def recording_client(base: str, key: str = KEY) -> tuple[stripe.StripeClient, list[dict[str, Any]]]:
    """Return a real SDK client of the API base, and the list its answers will be kept in."""
    recorder = Recorder()
    client = stripe.StripeClient(
        key, base_addresses={"api": base}, max_network_retries=0, http_client=recorder
    )
    return client, recorder.bodies
