"""A small HTTP/1.1 server with connections kept alive, which Werkzeug's own development server does not do.

One thread per connection; the whole body is read before the application is asked, so that the next request on the
connection starts where it should.
"""

import io
import os
import socket
import struct
import sys
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote_to_bytes

from werkzeug.wrappers import Request, Response

Application = Callable[[Request], Response]

HOST = "127.0.0.1"
BIGGEST_BODY = 20 * 1024 * 1024
IDLE_SECONDS = 60


class HangUp(Exception):
    """Raised by the application to give no answer: the connection is closed, or reset as by a machine that died."""

    def __init__(self, *, is_reset: bool) -> None:
        super().__init__()
        self.is_reset = is_reset


class Server(ThreadingHTTPServer):
    """Listens on a port of 127.0.0.1, 0 for any free one; `application` is set before it serves."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    application: Application

    def __init__(self, port: int) -> None:
        super().__init__((HOST, port), _Handler)

    @property
    def base_url(self) -> str:
        return f"http://{HOST}:{self.server_port}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is nothing to talk about."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    timeout = IDLE_SECONDS
    server: Server

    def _serve(self) -> None:
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not length.isdigit() or int(length) > BIGGEST_BODY:
            self.close_connection = True
            self.send_error(HTTPStatus.LENGTH_REQUIRED)
            return
        environ = self._environ(self.rfile.read(int(length)))
        try:
            response = self.server.application(Request(environ))
        except HangUp as wish:
            self._hang_up(is_reset=wish.is_reset)
        else:
            self._send(environ, response)

    do_GET = do_POST = do_DELETE = _serve  # noqa: N815 - http.server's names
    do_HEAD = do_PUT = do_PATCH = do_OPTIONS = _serve  # noqa: N815

    def _environ(self, body: bytes) -> dict[str, Any]:
        path, _, query = self.path.partition("?")
        headers = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in self.headers.items()}
        return headers | {
            "REQUEST_METHOD": self.command,
            "SCRIPT_NAME": "",
            "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
            "QUERY_STRING": query,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "SERVER_NAME": HOST,
            "SERVER_PORT": str(self.server.server_port),
            "SERVER_PROTOCOL": self.protocol_version,
            "wsgi.input": io.BytesIO(body),
            "wsgi.url_scheme": "http",
        }

    def _send(self, environ: dict[str, Any], response: Response) -> None:
        chunks, status, headers = response.get_wsgi_response(environ)
        code, _, reason = status.partition(" ")
        self.send_response(int(code), reason.title())
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        for chunk in chunks:
            self.wfile.write(chunk)
        self.wfile.flush()

    def _hang_up(self, *, is_reset: bool) -> None:
        self.close_connection = True
        if is_reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            os.close(self.connection.detach())  # at once: socketserver would say a polite goodbye first

    def log_message(self, *_: Any) -> None:
        """Write no log."""

    def version_string(self) -> str:
        return "sandbox"
