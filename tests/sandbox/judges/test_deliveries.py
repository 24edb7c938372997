"""What the sandbox posts to an endpoint is signed as the SDK demands, and is an event as Stripe describes it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from threading import Thread

from tests.sandbox.judges.flows import membership_by_checkout
from tests.sandbox.judges.judging import findings
from tests.sandbox.judges.recording import recording_client

JOINED = {"customer.created", "invoice.paid", "customer.subscription.created", "checkout.session.completed"}


def test_deliveries_are_signed_and_pass_every_judge(base):
    client, _ = recording_client(base)
    with listening() as (url, deliveries):
        endpoint = client.v1.webhook_endpoints.create({"url": url, "enabled_events": sorted(JOINED)})
        membership_by_checkout(client, base)
        received = [deliveries.get(timeout=15) for _ in JOINED]
        client.v1.webhook_endpoints.delete(endpoint.id)

    events = [client.construct_event(body, signature, endpoint.secret) for body, signature in received]

    assert {event.type for event in events} == JOINED
    assert findings(json.loads(body) for body, _ in received) == []


@contextmanager
def listening() -> Iterator[tuple[str, Queue]]:
    """An endpoint on this machine, and the queue of what was posted to it."""
    deliveries: Queue = Queue()

    class Endpoint(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            deliveries.put((body, self.headers["Stripe-Signature"]))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Endpoint) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/", deliveries
        server.shutdown()
