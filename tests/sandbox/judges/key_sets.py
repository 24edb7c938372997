"""Which keys Stripe's own fixtures have, object by object.

Most fields of an answer are optional to a schema, so a forgotten one passes it. Stripe's answers carry them all, mostly
as null: an answer has at least the keys of Stripe's fixture for that object.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

from tests.sandbox.judges.annotations import fields, object_class

VENDORED = Path(__file__).with_name("stripe_fixture_keys.json")

# Keys the fixtures have although Stripe's answers need not, with the reason.
EXCEPTIONS = {
    "balance": {"connect_reserved"},  # of Connect platforms only
    "charge": {"refunds"},  # since 2022-11-15 only when expanded
    "dispute": {"payment_method_details"},  # of a bank account the description knows none
    "payment_method": {"card"},  # the fixture is one; others have the key of their type
    "line_item": {"subscription"},  # since 2025-03-31 absent on lines that come from no subscription
}


def problems(answer: dict[str, Any]) -> list[str]:
    """Name the keys which Stripe's fixture has and this object lacks."""
    name = str(answer.get("object"))
    if answer.get("deleted") is True:
        return []
    return [f"{name}.{key}: missing" for key in sorted(expected(name) - answer.keys())]


@cache
def expected(name: str) -> frozenset[str]:
    """Return the fixture's keys, without those that the SDK's newer version of the API has dropped."""
    if name not in vendored():
        return frozenset()
    return frozenset(vendored()[name]) & fields(object_class(name)).keys() - EXCEPTIONS.get(name, set())


@cache
def vendored() -> dict[str, list[str]]:
    """Return the vendored key sets by object name."""
    return json.loads(VENDORED.read_text())["keys"]
