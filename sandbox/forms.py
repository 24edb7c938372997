"""Stripe's form encoding: `line_items[0][price]=p` becomes `{"line_items": {"0": {"price": "p"}}}`."""

import re
from collections.abc import Iterable
from typing import Any

from sandbox.types import Json


def nested(pairs: Iterable[tuple[str, str]]) -> Json:
    """Unfold bracketed names. Lists stay keyed by index until the schema says that they are lists."""
    tree: Json = {}
    for name, value in pairs:
        _plant(tree, _steps(name), value)
    return tree


def _steps(name: str) -> list[str]:
    head, bracket, rest = name.partition("[")
    return [head, *re.findall(r"\[([^\]]*)\]", bracket + rest)]


def _plant(tree: Json, steps: list[str], value: str) -> None:
    node: Any = tree
    for step in steps[:-1]:
        node = node.setdefault(_slot(node, step), {})
        if not isinstance(node, dict):
            return
    node[_slot(node, steps[-1])] = value


def _slot(node: Json, step: str) -> str:
    """`a[]=x&a[]=y` counts up by itself."""
    return step or str(len(node))
