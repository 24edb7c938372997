"""Empty objects of the right shape: nullable fields are null, required ones have a zero, the rest is absent."""

import json
from functools import cache
from typing import Any

from sandbox.spec.description import resolved, schema
from sandbox.types import Json

ZEROES: dict[str, Any] = {"string": "", "integer": 0, "number": 0, "boolean": False}


def skeleton(kind: str) -> Json:
    """Return a fresh empty object of this kind."""
    fresh: Json = json.loads(_text(kind))
    return fresh


@cache
def _text(kind: str) -> str:
    return json.dumps(_object(schema(kind)))


def _object(node: Json) -> Json:
    required = node.get("required", [])
    fields = {name: _value(child, name in required) for name, child in node.get("properties", {}).items()}
    return {name: value for name, value in fields.items() if value is not ABSENT}


ABSENT = object()


def _value(node: Json, is_required: bool) -> Any:
    if node.get("nullable"):
        return None
    if not is_required:
        return ABSENT
    return _zero(resolved(node))


def _zero(node: Json) -> Any:
    if "anyOf" in node:
        return _zero(resolved(node["anyOf"][0]))
    if "enum" in node:
        return node["enum"][0]
    if node.get("type") == "array":
        return []
    if node.get("format") == "decimal":
        return "0"
    return ZEROES[node["type"]] if node.get("type") in ZEROES else _object(node)
