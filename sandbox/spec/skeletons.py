"""Empty objects of the right shape: nullable fields are null, required ones have a zero, the rest is absent."""

from functools import cache
from typing import Any

from sandbox.spec.description import resolved, schema
from sandbox.types import Json

ZEROES: dict[str, Any] = {"string": "", "integer": 0, "number": 0, "boolean": False}


def skeleton(kind: str) -> Json:
    """Return a fresh empty object of this kind."""
    fresh: Json = _copy(_pattern(kind))
    return fresh


@cache
def _pattern(kind: str) -> Json:
    return _object(schema(kind))


def _copy(node: Any) -> Any:
    """What `copy.deepcopy` does, ten times as fast, for a tree of JSON."""
    if isinstance(node, dict):
        return {name: _copy(child) if isinstance(child, dict | list) else child for name, child in node.items()}
    return [_copy(child) for child in node] if isinstance(node, list) else node


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
