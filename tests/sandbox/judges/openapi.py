"""Stripe's OpenAPI description, read as JSON Schema.

It writes `nullable: true` beside `enum` and `anyOf`, which a strict reader takes as still not nullable; here it becomes
an alternative. It leaves objects open; here they are closed, so that an invented key is a finding.
"""

import gzip
import json
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match

EXTRACT = Path(__file__).parents[3] / "sandbox" / "spec" / "openapi.json.gz"

# Lists are described wherever they occur and plans nowhere, so no component bears these names.
NAMELESS = {"list", "search_result", "plan"}

# Keys that Stripe sends, as its fixtures and its SDK know, but that the public description hides for their age or
# does not know yet for its own.
HIDDEN = {
    "charge": {"source"},
    "dispute_evidence_details": {"submission_method"},
    "dispute_payment_method_details_card": {"network"},
    "payment_intent": {"source"},
    "portal_features": {"subscription_pause"},
    "product": {"type"},
    "recurring": {"trial_period_days"},
    "subscription_item": {"plan"},
}


def problems(answer: dict[str, Any]) -> list[str]:
    """Say what in one Stripe object, or in an `{"error": …}` body, contradicts the description."""
    name = schema_name(answer)
    if name in NAMELESS:
        return []
    if name not in schemas():
        return [f"object: the description has no {name!r}"]
    return [_sentence(error, name) for error in validator(name).iter_errors(answer)]


def schema_name(answer: dict[str, Any]) -> str:
    """Return the component that describes an answer: a deleted object has one of its own."""
    if "object" not in answer and "error" in answer:
        return "error"
    name = _names().get(str(answer.get("object")), str(answer.get("object")))
    return f"deleted_{name}" if answer.get("deleted") is True else name


@cache
def schemas() -> dict[str, Any]:
    """Return Stripe's component schemas by name, as JSON Schema."""
    described = json.loads(gzip.decompress(EXTRACT.read_bytes()))["components"]["schemas"]
    for name, keys in HIDDEN.items():
        described[name]["properties"] |= {key: {} for key in keys}
    return {name: as_json_schema(schema) for name, schema in described.items()}


@cache
def _names() -> dict[str, str]:
    """Map the value of `object` to its component, for most but not all have the same name."""
    plain = {name: schema for name, schema in schemas().items() if not name.startswith("deleted_")}
    marks = {
        name: schema.get("properties", {}).get("object", {}).get("enum", [None])
        for name, schema in plain.items()
    }
    return {mark[0]: name for name, mark in marks.items() if mark[0]}


@cache
def validator(name: str) -> Draft202012Validator:
    """Return the validator of one component; references reach all others."""
    return Draft202012Validator(
        {"$ref": f"#/components/schemas/{name}", "components": {"schemas": schemas()}}
    )


def as_json_schema(node: Any) -> Any:
    """Rewrite an OpenAPI 3.0 schema, all the way down."""
    if isinstance(node, list):
        return [as_json_schema(child) for child in node]
    if not isinstance(node, dict):
        return node
    plain = {
        key: as_json_schema(child) for key, child in node.items() if key != "nullable" or child is not True
    }
    if isinstance(plain.get("properties"), dict) and plain["properties"] and "type" in plain:
        plain.setdefault("additionalProperties", False)
    return {"anyOf": [{"type": "null"}, plain]} if node.get("nullable") is True else plain


def _sentence(error: ValidationError, name: str) -> str:
    """Word the innermost cause of an error; alternatives otherwise hide it."""
    cause = best_match([error]) or error
    path = ".".join([name, *map(str, cause.absolute_path)])
    return f"{path}: {cause.message[:160]}"
