"""All shape judges at once, over every Stripe object in an answer."""

from collections.abc import Iterable, Iterator
from typing import Any

from tests.sandbox.judges import annotations, key_sets, openapi

JUDGES = {"SDK annotations": annotations, "fixture keys": key_sets, "OpenAPI": openapi}


def findings(answers: Iterable[dict[str, Any]]) -> list[str]:
    """Return each judge's findings on every object in the answers, each finding once."""
    seen = {f"[{judge}] {text}": None for answer in answers for judge, text in _verdicts(answer)}
    return list(seen)


def _verdicts(answer: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for thing in objects_in(answer):
        for judge, module in JUDGES.items():
            yield from ((judge, text) for text in module.problems(thing))
    if "error" in answer:
        yield from (("OpenAPI", text) for text in openapi.problems(answer))


def objects_in(node: Any) -> Iterator[dict[str, Any]]:
    """Walk an answer and give every object that bears a name; what an update changed is no whole object."""
    if isinstance(node, list):
        for child in node:
            yield from objects_in(child)
    elif isinstance(node, dict):
        if isinstance(node.get("object"), str):
            yield node
        for key, child in node.items():
            if key != "previous_attributes":
                yield from objects_in(child)
