"""A tiny web server that takes webhooks and keeps them."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Receiver:
    """Collects `(body, Stripe-Signature)`; answers with the statuses it was given first, then as `answer` says."""

    def __init__(self):
        self.forget()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                header = self.headers["Stripe-Signature"]
                receiver.received.append((body, header))
                receiver.paths.append(self.path)
                receiver.before_answering()
                self.send_response(
                    receiver.statuses.pop(0) if receiver.statuses else receiver.answer(body, header)
                )
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook"

    def forget(self):
        """Be as new."""
        self.received = []
        self.paths = []
        self.statuses = []
        self.answer = lambda body, header: 200
        self.before_answering = lambda: None

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()
