"""Switches for tests and demos under `/_sandbox/`: JSON in, JSON out, behind the same key as the API."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from werkzeug.wrappers import Request, Response

from sandbox import methods, webhooks
from sandbox.api import authenticate
from sandbox.checkout import opening, paying
from sandbox.errors import MissingError, ParameterError, StripeError, missing_parameter
from sandbox.spec.description import parameter_schema
from sandbox.spec.parameters import checked
from sandbox.types import Json
from sandbox.webhooks import Courier
from sandbox.work import Work, World


class Control:
    """Serves `/_sandbox/…`."""

    def __init__(self, world: World, courier: Courier, configure: Callable[[], None]) -> None:
        self._world = world
        self._courier = courier
        self._configure = configure
        self._switches: dict[tuple[str, str], Callable[[Json], Json]] = {
            ("POST", "/_sandbox/reset"): self.reset,
            ("POST", "/_sandbox/history"): self.history,
            ("POST", "/_sandbox/webhooks"): self.webhooks,
            ("GET", "/_sandbox/deliveries"): self.deliveries,
        }

    def answer(self, request: Request) -> Response:
        """Answer one request; refusals have Stripe's shape."""
        try:
            authenticate(request)
            switch = self._switches.get((request.method, request.path))
            if switch is None:
                raise MissingError(f"No such switch: {request.method} {request.path}")
            return _json(switch(_body(request)), 200)
        except StripeError as refusal:
            return _json(refusal.body(), refusal.status)

    def reset(self, _: Json) -> Json:
        """Forget everything but the configured webhook endpoint."""
        with self._world.transaction() as work:
            work.store.clear()
        self._configure()
        return {"reset": True}

    def history(self, body: Json) -> Json:
        """Open and pay checkouts in the past, without webhooks; all of them or, on any refusal, none."""
        with self._world.transaction(is_silent=True) as work:
            return {
                "sessions": [
                    _relive(work, checkout, place) for place, checkout in enumerate(_checkouts(body))
                ]
            }

    def webhooks(self, body: Json) -> Json:
        """Hold or release the delivery of webhooks."""
        with self._world.transaction() as work:
            webhooks.pause(work.store, bool(body.get("paused")))
        self._courier.wake()
        return {"paused": bool(body.get("paused"))}

    def deliveries(self, _: Json) -> Json:
        """Tell every attempt to deliver so far, and how many deliveries are still to be made."""
        with self._world.transaction() as work:
            return {"deliveries": webhooks.attempts(work.store), "pending": webhooks.waiting(work.store)}


def _checkouts(body: Json) -> list[Json]:
    wanted = body.get("checkouts")
    if not isinstance(wanted, list):
        raise ParameterError("`checkouts` must be a list.", param="checkouts")
    return wanted


def _relive(work: Work, checkout: Json, place: int) -> str:
    """Open and pay one session at its own time; return its id."""
    for name in ("at", "session"):
        if name not in checkout:
            raise missing_parameter(f"checkouts[{place}][{name}]")
    params = checked(parameter_schema("POST", "/v1/checkout/sessions"), checkout["session"])
    at = int(checkout["at"])
    with work.at(at):
        session = opening.open_session(work, params)
        email = f"reader{place + 1}@example.org"
        method = methods.from_card(work, _card(checkout, at), billing={"email": email})
        if paying.pay(work, session, method, email=email, name=None):
            raise ParameterError("A card that asks for 3-D Secure has no place in history.", param="card")
    return str(session["id"])


def _card(checkout: Json, at: int) -> Json:
    number = checkout.get("card", "4242424242424242")
    return {
        "number": number,
        "exp_month": 12,
        "exp_year": datetime.fromtimestamp(at, UTC).year + 3,
        "cvc": "123",
    }


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
