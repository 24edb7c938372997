"""Request parameters judged by Stripe's own form schemas: unknown ones are refused, the rest get their types.

Values arrive as text from a form or with their types from JSON; both are taken. An empty text asks to unset a
field, so it becomes None.
"""

from typing import Any

from sandbox.errors import ParameterError, missing_parameter
from sandbox.spec.description import resolved
from sandbox.types import Json

TRUTH = {"true": True, "True": True, "1": True, "false": False, "False": False, "0": False}


def checked(node: Json, given: Json) -> Json:
    """Return the parameters with their types; raise ParameterError on the first that does not fit."""
    result: Json = _object(node, given, "")
    return result


def _value(node: Json, given: Any, path: str) -> Any:
    if given is None or given == "":
        return None
    node = resolved(node)
    if "anyOf" in node:
        return _any_of(node["anyOf"], given, path)
    if "enum" in node:
        return _enum(node, given, path)
    return CHECKS.get(node.get("type", ""), _anything)(node, given, path)


def _any_of(branches: list[Json], given: Any, path: str) -> Any:
    """Take the first branch that fits; else complain in the words of the branch that was most likely meant."""
    is_structure = isinstance(given, dict | list)
    branches = [branch for branch in branches if branch.get("enum") != [""]]  # unsetting is dealt with already
    likely = sorted(branches, key=lambda branch: (resolved(branch).get("type") in ("object", "array")) != is_structure)
    first: ParameterError | None = None
    for branch in likely:
        try:
            return _value(branch, given, path)
        except ParameterError as refusal:
            first = first or refusal
    raise first or ParameterError(f"Invalid {path}", param=path)


def _object(node: Json, given: Any, path: str) -> Json:
    if not isinstance(given, dict):
        raise ParameterError("Invalid object", param=path)
    if "properties" not in node:
        return _mapping(node, given, path)
    _refuse_unknown(node["properties"], given, path)
    for name in node.get("required", []):
        if given.get(name) in (None, ""):
            raise missing_parameter(_under(path, name))
    return {name: _value(node["properties"][name], value, _under(path, name)) for name, value in given.items()}


def _mapping(node: Json, given: Json, path: str) -> Json:
    """Free keys, such as metadata."""
    inner = node.get("additionalProperties")
    if not isinstance(inner, dict):
        return dict(given)
    return {str(key): _value(inner, value, _under(path, str(key))) for key, value in given.items()}


def _refuse_unknown(properties: Json, given: Json, path: str) -> None:
    unknown = [_under(path, name) for name in given if name not in properties]
    if unknown:
        plural = "s" if len(unknown) > 1 else ""
        message = f"Received unknown parameter{plural}: {', '.join(unknown)}"
        raise ParameterError(message, code="parameter_unknown", param=unknown[0])


def _array(node: Json, given: Any, path: str) -> list[Any]:
    if isinstance(given, dict) and all(key.isdigit() for key in given):
        given = [given[key] for key in sorted(given, key=int)]
    if not isinstance(given, list):
        raise ParameterError("Invalid array", param=path)
    return [_value(node["items"], value, _under(path, str(index))) for index, value in enumerate(given)]


def _enum(node: Json, given: Any, path: str) -> Any:
    if given not in node["enum"]:
        *most, last = [str(value) for value in node["enum"] if value != ""]
        choices = f"{', '.join(most)}, or {last}" if most else last
        raise ParameterError(f"Invalid {path}: must be one of {choices}", param=path)
    return given


def _integer(_node: Json, given: Any, path: str) -> int:
    try:
        return int(str(given)) if not isinstance(given, bool) else int("refuse")
    except ValueError:
        raise ParameterError(f"Invalid integer: {given}", code="parameter_invalid_integer", param=path) from None


def _number(_node: Json, given: Any, path: str) -> float:
    try:
        return float(given)
    except (TypeError, ValueError):
        raise ParameterError(f"Invalid decimal: {given}", param=path) from None


def _boolean(_node: Json, given: Any, path: str) -> bool:
    if str(given) not in TRUTH:
        raise ParameterError(f"Invalid boolean: {given}", param=path)
    return TRUTH[str(given)]


def _string(node: Json, given: Any, path: str) -> str:
    if isinstance(given, dict | list):
        raise ParameterError("Invalid string", param=path)
    longest = node.get("maxLength", len(str(given)))
    if len(str(given)) > longest:
        raise ParameterError(f"Invalid string: must be at most {longest} characters", param=path)
    return str(given)


def _anything(_node: Json, given: Any, _path: str) -> Any:
    return given


def _under(path: str, name: str) -> str:
    return f"{path}[{name}]" if path else name


CHECKS = {
    "object": _object,
    "array": _array,
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "string": _string,
}
