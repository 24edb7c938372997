"""Lists: newest first, filtered by field, cut into pages by the last id seen."""

import json
from collections.abc import Sequence
from typing import Any

from sandbox.errors import ParameterError, no_such
from sandbox.store import column
from sandbox.types import Json
from sandbox.work import Work

PAGING = frozenset(["limit", "starting_after", "ending_before", "expand"])
RANGES = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
MOST, USUAL = 100, 10

Test = tuple[str, list[Any]]
"""A piece of SQL and its values."""


def page(
    work: Work,
    kind: str,
    params: Json,
    *,
    url: str,
    columns: dict[str, str] | None = None,
    besides: Sequence[Test] = (),
) -> Json:
    """Return one page of a kind.

    Every parameter that is not about paging filters by the field of its name, or by the one `columns` gives for it.
    """
    limit = _limit(params)
    tests = [*besides]
    tests += [
        test
        for name, value in params.items()
        if name not in PAGING
        for test in _tests(name, value, columns or {})
    ]
    is_backwards = params.get("ending_before") is not None
    tests += _cursor(work, kind, params, is_backwards)
    found = _select(work, kind, tests, limit + 1, is_backwards)
    data = list(reversed(found[:limit])) if is_backwards else found[:limit]
    return {"object": "list", "data": data, "has_more": len(found) > limit, "url": url}


def inline(data: list[Json], url: str) -> Json:
    """Return a short list that lives inside another object, newest first."""
    return {"object": "list", "data": data, "has_more": False, "url": url}


def slice_of(data: list[Json], params: Json, *, url: str) -> Json:
    """Return a page of things that live inside another object, in their own order."""
    limit = _limit(params)
    ids = [thing["id"] for thing in data]
    start = ids.index(params["starting_after"]) + 1 if params.get("starting_after") in ids else 0
    return {
        "object": "list",
        "data": data[start : start + limit],
        "has_more": len(data) > start + limit,
        "url": url,
    }


def _limit(params: Json) -> int:
    limit = params.get("limit")
    if limit is None:
        return USUAL
    if not 1 <= limit <= MOST:
        bound = f"less than or equal to {MOST}" if limit > MOST else "greater than or equal to 1"
        message = f"This value must be {bound}."
        raise ParameterError(
            f"Invalid integer: {limit}. {message}", code="parameter_invalid_integer", param="limit"
        )
    return int(limit)


def _tests(name: str, value: Any, columns: dict[str, str]) -> list[Test]:
    if value is None:
        return []
    if name == "created" or (isinstance(value, dict) and value.keys() <= RANGES.keys()):
        return _ranges("created" if name == "created" else column(columns.get(name, name)), value)
    if isinstance(value, dict):
        nested = ((f"{columns.get(name, name)}.{inner}", one) for inner, one in value.items())
        return [test for path, one in nested for test in _tests(path, one, columns)]
    if isinstance(value, list):
        marks = ", ".join("?" * len(value))
        return [(f"{column(columns.get(name, name))} IN ({marks})", value)]
    return [(f"{column(columns.get(name, name))} = ?", [value])]


def _ranges(expression: str, value: Any) -> list[Test]:
    if not isinstance(value, dict):
        return [(f"{expression} = ?", [value])]
    return [(f"{expression} {RANGES[name]} ?", [bound]) for name, bound in value.items() if bound is not None]


def _cursor(work: Work, kind: str, params: Json, is_backwards: bool) -> list[Test]:
    name = "ending_before" if is_backwards else "starting_after"
    identifier = params.get(name)
    if identifier is None:
        return []
    row = work.store.run(
        "SELECT created, seq FROM objects WHERE id = ? AND kind = ?", identifier, kind
    ).fetchone()
    if row is None:
        raise no_such(kind, identifier, name)
    return [(f"(created, seq) {'>' if is_backwards else '<'} (?, ?)", [row["created"], row["seq"]])]


def _select(work: Work, kind: str, tests: list[Test], limit: int, is_backwards: bool) -> list[Json]:
    where = "".join(f" AND {test}" for test, _ in tests)
    values = [value for _, group in tests for value in group]
    order = "created, seq" if is_backwards else "created DESC, seq DESC"
    rows = work.store.select("body", kind, f"{where} ORDER BY {order} LIMIT ?", *values, limit)
    return [json.loads(row["body"]) for row in rows]
