"""Switches for tests and demos under `/_sandbox/`: JSON in, JSON out, behind the same key as the API."""

import json
from typing import Any

from werkzeug.wrappers import Request, Response

from sandbox import switches as _registers_the_switches  # noqa: F401
from sandbox.api import authenticate
from sandbox.errors import MissingError, ParameterError, StripeError
from sandbox.switching import SWITCHES
from sandbox.types import Json
from sandbox.work import World

PREFIX = "/_sandbox/"


class Control:
    """Serves `/_sandbox/…`."""

    def __init__(self, world: World) -> None:
        self._world = world

    def answer(self, request: Request) -> Response:
        """Answer one request; refusals have Stripe's shape."""
        try:
            authenticate(request)
            return _json(self._run(request), 200)
        except StripeError as refusal:
            return _json(refusal.body(), refusal.status)

    def _run(self, request: Request) -> Json:
        switch = SWITCHES.get((request.method, request.path.removeprefix(PREFIX)))
        if switch is None:
            raise MissingError(f"No such switch: {request.method} {request.path}")
        return switch.run(self._world, _body(request))


def _body(request: Request) -> Json:
    try:
        body: Any = json.loads(request.get_data() or b"{}")
    except ValueError:
        raise ParameterError("The body is not JSON.") from None
    if not isinstance(body, dict):
        raise ParameterError("The body must be a JSON object.")
    return body


def _json(body: Json, status: int) -> Response:
    return Response(json.dumps(body), status, mimetype="application/json")
