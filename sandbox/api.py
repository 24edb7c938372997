"""The API's way through a request: key, version, operation, parameters, idempotency, answer."""

import json
import re
import sys
import traceback
from urllib.parse import parse_qsl

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from sandbox import resources as _registers_the_operations, test_clocks  # noqa: F401
from sandbox.errors import AuthenticationError, MissingError, ParameterError, StripeError
from sandbox.forms import nested
from sandbox.http import HangUp
from sandbox.idempotency import Answer, fingerprint, recall, remember
from sandbox.ids import token
from sandbox.routing import OPERATIONS, Operation
from sandbox.showing import shown
from sandbox.spec.parameters import checked
from sandbox.types import Json
from sandbox.work import API_VERSION, Work, World

KEY = re.compile(r"sk_test_\w+")
VERSION = re.compile(r"\d{4}-\d{2}-\d{2}(\.\w+)?")


class Api:
    """Serves everything under `/v1/`."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._map = Map([_rule(operation) for operation in OPERATIONS], strict_slashes=False)

    def answer(self, request: Request) -> Response:
        """Answer one request; every refusal has Stripe's shape."""
        request_id = f"req_{token(14)}"
        version = request.headers.get("Stripe-Version", API_VERSION)
        try:
            authenticate(request)
            _check_version(version)
            strike = self._world.faults.api.strike(request.method, request.path)
            answer = strike.around(lambda: self._perform(request, request_id, version))
        except HangUp:
            raise
        except StripeError as refusal:
            answer = Answer(refusal.status, json.dumps(refusal.body()), request_id)
        except Exception:  # noqa: BLE001 - a client gets an answer whatever happens
            traceback.print_exc(file=sys.stderr)
            body = {"error": {"type": "api_error", "message": "The sandbox failed; its terminal says why."}}
            answer = Answer(500, json.dumps(body), request_id)
        return _response(request, answer, request_id, version)

    def _perform(self, request: Request, request_id: str, version: str) -> Answer:
        operation, identifiers = self._find(request)
        params = checked(operation.parameters(), _given(request))
        key = request.headers.get("Idempotency-Key") if request.method == "POST" else None
        print_ = fingerprint(request.method, request.path, request.get_data()) if key else ""
        asking = {"request_id": request_id, "idempotency_key": key, "api_version": version}
        with self._world.transaction(**asking) as work:
            remembered = recall(work.store, key, print_) if key else None
            if remembered:
                return remembered
            answer = self._run(work, operation, params, identifiers)
            if key:
                remember(work.store, key, print_, answer)
            return answer

    def _find(self, request: Request) -> tuple[Operation, Json]:
        try:
            found, identifiers = self._map.bind("sandbox").match(request.path, request.method)
        except HTTPException:
            message = (
                f"Unrecognized request URL ({request.method}: {request.path}). "
                "Stripe may know it; the sandbox serves only what Groundswell uses."
            )
            raise MissingError(message) from None
        return OPERATIONS[int(found)], dict(identifiers)

    def _run(self, work: Work, operation: Operation, params: Json, identifiers: Json) -> Answer:
        request_id = work.request_id or ""
        try:
            with work.attempt(), test_clocks.kept(work, params, identifiers):
                answer = shown(work, operation.run(work, params, identifiers), params.get("expand"))
        except StripeError as refusal:
            return Answer(refusal.status, json.dumps(refusal.body()), request_id)
        return Answer(200, json.dumps(answer), request_id)


def authenticate(request: Request) -> None:
    """Accept any `sk_test_` key as bearer token or as user of basic authentication; refuse all else."""
    key = _key(request)
    if not key:
        raise AuthenticationError("You did not provide an API key. Use `Authorization: Bearer sk_test_…`.")
    if key.startswith(("sk_live_", "rk_live_")):
        raise AuthenticationError("The sandbox takes no live key. Use one that begins with sk_test_.")
    if not KEY.fullmatch(key):
        raise AuthenticationError(f"Invalid API Key provided: {key[:8]}{'*' * 8}")


def _key(request: Request) -> str | None:
    credentials = request.authorization
    if credentials is None:
        return None
    return credentials.token if credentials.type == "bearer" else credentials.username


def _rule(operation: Operation) -> Rule:
    path = re.sub(r"\{(\w+)\}", r"<\1>", operation.path)
    return Rule(path, methods=[operation.method], endpoint=str(OPERATIONS.index(operation)))


def _given(request: Request) -> Json:
    """Read parameters from the query, and from the form body of anything but a GET."""
    pairs = parse_qsl(request.query_string.decode(errors="replace"), keep_blank_values=True)
    if request.method != "GET":
        pairs += parse_qsl(request.get_data().decode(errors="replace"), keep_blank_values=True)
    return nested(pairs)


def _check_version(version: str) -> None:
    if not VERSION.fullmatch(version):
        raise ParameterError(f"Invalid Stripe API version: {version}")


def _response(request: Request, answer: Answer, request_id: str, version: str) -> Response:
    response = Response(answer.body, answer.status, mimetype="application/json")
    response.headers["Request-Id"] = request_id
    response.headers["Stripe-Version"] = version
    response.headers["Cache-Control"] = "no-store"
    if request.headers.get("Idempotency-Key"):
        response.headers["Idempotency-Key"] = request.headers["Idempotency-Key"]
    if answer.is_replayed:
        response.headers["Idempotent-Replayed"] = "true"
        response.headers["Original-Request"] = answer.request_id
    return response
