"""Plays a recipe as the CLI does: plain forms over HTTP, each step fed with the answers of those before it."""

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

VENDORED = Path(__file__).with_name("recipes.json")
KEY = "sk_test_recipes00000000000000"
REFERENCE = re.compile(r"\$\{([^:}]+):([^}|]+)(?:\|[^}]*)?\}")


class RecipeFailed(AssertionError):
    """A step was answered otherwise than the recipe expects."""


@dataclass
class Played:
    """The answers of a played recipe, by the name of their step."""

    answers: dict[str, Any] = field(default_factory=dict)

    def resolve(self, value: Any) -> Any:
        """Replace `${step:path.to.0.value}` by what that step was answered, however deep it stands."""
        if isinstance(value, dict):
            return {key: self.resolve(child) for key, child in value.items()}
        if isinstance(value, list):
            return [self.resolve(child) for child in value]
        return REFERENCE.sub(self._look_up, value) if isinstance(value, str) else value

    def _look_up(self, reference: re.Match[str]) -> str:
        node = self.answers[reference[1]]
        for part in reference[2].split("."):
            node = dict(enumerate(node)).get(int(part)) if isinstance(node, list) else node.get(part)
            if node is None:
                raise RecipeFailed(
                    f"{reference[0]}: nothing there in {json.dumps(self.answers[reference[1]])[:200]}"
                )
        return str(node)


@cache
def recipes() -> dict[str, list[dict[str, Any]]]:
    """Return the steps of every vendored recipe by its name."""
    return json.loads(VENDORED.read_text())["recipes"]


def play(name: str, base: str) -> Played:
    """Play a recipe against an API base such as `http://127.0.0.1:12111`; raise RecipeFailed at the first surprise."""
    played = Played()
    for step in recipes()[name]:
        status, answer = call(
            base, step["method"], played.resolve(step["path"]), played.resolve(step.get("params"))
        )
        _check(step, status, answer)
        played.answers[step["name"]] = answer
    return played


def latest_events(base: str) -> dict[str, str]:
    """Return the types of the latest hundred events by their id."""
    _, answer = call(base, "get", "/v1/events?limit=100", None)
    return {event["id"]: event["type"] for event in answer["data"]}


def call(base: str, method: str, path: str, params: Any) -> tuple[int, dict[str, Any]]:
    """Make one request; return its status and decoded body, whatever the status."""
    body = urlencode(list(form(params or {}))).encode() if method == "post" else None
    token = base64.b64encode(f"{KEY}:".encode()).decode()
    request = Request(
        base + path, data=body, method=method.upper(), headers={"Authorization": f"Basic {token}"}
    )
    try:
        with urlopen(request, timeout=20) as answer:
            return answer.status, json.load(answer)
    except HTTPError as refusal:
        return refusal.code, json.load(refusal)


def form(params: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Flatten nested parameters to Stripe's `outer[0][inner]=value`."""
    if isinstance(params, dict):
        for key, value in params.items():
            yield from form(value, f"{name}[{key}]" if name else key)
    elif isinstance(params, list):
        for index, value in enumerate(params):
            yield from form(value, f"{name}[{index}]")
    else:
        yield name, str(params).lower() if isinstance(params, bool) else str(params)


def _check(step: dict[str, Any], status: int, answer: dict[str, Any]) -> None:
    """A step must be answered 200, or with the type of error it expects; a tolerated error may also not occur."""
    error = answer.get("error", {}).get("type")
    if status == 200 or error == step.get("expected_error_type", ""):
        return
    raise RecipeFailed(
        f"{step['name']}: {step['method'].upper()} {step['path']} → {status} {json.dumps(answer)[:400]}"
    )
