"""Routes of the hosted pages."""

from collections.abc import Callable
from typing import Any

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from sandbox import test_clocks
from sandbox.errors import MissingError
from sandbox.pages import bank, checkout, invoices, papers, portal
from sandbox.pages.rendering import message
from sandbox.work import World

# `form-action` also governs where a submitted form may be redirected, and that is the site's to say.
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self' http: https:; "
    "base-uri 'none'; frame-ancestors 'none'"
)

ROUTES: list[tuple[str, str, Callable[..., Response]]] = [
    ("GET", "/", papers.front),
    ("GET", "/c/pay/<session>", checkout.show),
    ("POST", "/c/pay/<session>", checkout.pay),
    ("GET", "/c/3ds/<intent>", bank.ask),
    ("POST", "/c/3ds/<intent>", bank.hear),
    ("GET", "/i/<invoice>", invoices.show),
    ("POST", "/i/<invoice>", invoices.pay),
    ("GET", "/p/session/<session>", portal.show),
    ("POST", "/p/session/<session>", portal.save_card),
    ("GET", "/receipts/<charge>", papers.receipt),
    ("GET", "/mandates/<mandate>", papers.mandate),
    ("GET", "/favicon.ico", papers.no_icon),
    ("GET", "/sandbox.css", papers.css),
]


class Site:
    """Serves everything a browser asks for."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._map = Map([Rule(path, methods=[method], endpoint=view) for method, path, view in ROUTES])

    def answer(self, request: Request) -> Response:
        """Answer one request for a page."""
        try:
            view, values = self._map.bind("sandbox").match(request.path, request.method)
            response = self._in_transaction(view, request, values)
        except (HTTPException, MissingError):
            response = message("Nothing here", "This page does not exist.", status=404)
        response.headers["Content-Security-Policy"] = POLICY
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    def _in_transaction(self, view: Callable[..., Response], request: Request, values: Any) -> Response:
        with self._world.transaction() as work, test_clocks.kept(work, {}, values):
            return view(work, request, **values)
