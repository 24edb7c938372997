"""The trimmed OpenAPI description, unpacked once per process when first asked for."""

import gzip
import json
from functools import cache
from pathlib import Path

from sandbox.types import Json

FILE = Path(__file__).with_name("openapi.json.gz")
# What Stripe answers, and the SDK expects, though the published description leaves it out.
UNPUBLISHED = {
    "charge": {"source"},
    "payment_intent": {"source"},
    "product": {"type"},
    "subscription_item": {"plan"},
}

FORM = "application/x-www-form-urlencoded"


@cache
def description() -> Json:
    """Return the whole document (about 20 ms the first time)."""
    document: Json = json.loads(gzip.decompress(FILE.read_bytes()))
    return document


def schema(name: str) -> Json:
    """Return the schema of a kind of object, e.g. `checkout.session`."""
    found: Json = description()["components"]["schemas"][name]
    return found


@cache
def has_operation(method: str, path: str) -> bool:
    """Tell whether Stripe has this operation; `path` is a template with `{placeholders}`."""
    return method.lower() in description()["paths"].get(path, {})


@cache
def parameter_schema(method: str, path: str) -> Json:
    """Return one object schema for everything an operation accepts besides its path."""
    operation = description()["paths"][path][method.lower()]
    form: Json = operation["requestBody"]["content"].get(FORM, {}).get("schema", {})
    query = [parameter for parameter in operation["parameters"] if parameter["in"] == "query"]
    properties = {parameter["name"]: parameter["schema"] for parameter in query} | form.get("properties", {})
    if "api_version" in properties:  # its enum ends where the description was written
        properties["api_version"] = {"type": "string"}
    required = [parameter["name"] for parameter in query if parameter.get("required")]
    return {"type": "object", "properties": properties, "required": required + form.get("required", [])}


def resolved(node: Json) -> Json:
    """Follow a reference; anything else is returned as it is."""
    reference: str | None = node.get("$ref")
    return schema(reference.removeprefix("#/components/schemas/")) if reference else node


@cache
def fields_of(kind: str) -> frozenset[str]:
    """Names a kind of object may carry."""
    return frozenset(schema(kind)["properties"]) | UNPUBLISHED.get(kind, set())

