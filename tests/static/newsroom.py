"""Two sites on two origins: a newsroom that serves the component and the number, and a stranger that embeds it."""

import json
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

EMBED = Path(__file__).resolve().parents[2] / "static" / "js" / "embed.js"
PAGE = """<!doctype html><html lang="en"><title>A stranger's page</title>
<script type="module" src="{newsroom}/embed.js"></script>
<groundswell-progress campaign="birthday"{attributes}>
<a href="{newsroom}/campaigns/birthday/">612 of 1,000 new members</a></groundswell-progress>"""


@dataclass
class Newsroom:
    """`count` may be moved while it runs; with `is_down` every answer is 503."""

    count: int = 612
    goal: int = 1000
    state: str = "open"
    is_down: bool = False
    attributes: str = ' count="612" goal="1000" state="open"'
    asked: list[dict[str, str]] = field(default_factory=list)

    def __enter__(self):
        self._servers = [_serve(self._newsroom), _serve(self._stranger)]
        self.url, self.stranger_url = (f"http://localhost:{each.server_port}" for each in self._servers)
        return self

    def __exit__(self, *_):
        for server in self._servers:
            server.shutdown()
            server.server_close()

    def _newsroom(self, path, headers):
        if path == "/embed.js":
            return 200, "text/javascript", EMBED.read_bytes(), {"Access-Control-Allow-Origin": "*"}
        self.asked.append(dict(headers))
        status = 503 if self.is_down else 200
        return status, "application/json", self._progress(), {"Access-Control-Allow-Origin": "*"}

    def _progress(self):
        label = f"{self.count:,} of {self.goal:,} new members"
        progress = {
            "count": self.count,
            "goal": self.goal,
            "state": self.state,
            "label": label,
            "supporters": 9,
        }
        return json.dumps(progress).encode()

    def _stranger(self, path, headers):
        page = PAGE.format(newsroom=self.url, attributes=self.attributes).encode()
        sources = f"default-src 'none'; script-src {self.url}; connect-src {self.url}"
        policy = f"{sources}; require-trusted-types-for 'script'"
        return 200, "text/html", page, {"Content-Security-Policy": policy}


def _serve(answer):
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            status, kind, body, headers = answer(self.path, self.headers)
            self.send_response(status)
            for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    return server
