"""The store's indexes, which nothing but time would miss."""

from contextlib import closing

import pytest

from sandbox.store import INDEXED, Store, column

LOOKED_UP = [(kind, field) for kind, fields in INDEXED.items() for field in fields]


@pytest.fixture
def plan():
    with closing(Store(":memory:")) as store:
        yield lambda query: [row["detail"] for row in store.run(f"EXPLAIN QUERY PLAN {query}")]


@pytest.mark.parametrize(("kind", "field"), LOOKED_UP)
@pytest.mark.parametrize("order", ["created, seq", "created DESC, seq DESC LIMIT 10"])
def test_lookup_by_value_goes_through_its_index_and_sorts_nothing(plan, kind, field, order):
    where = f"kind = '{kind}' AND NOT is_deleted AND {column(field)} = 'x'"
    [step] = plan(f"SELECT id FROM objects WHERE {where} ORDER BY {order}")
    assert f"{kind}_by_{field}".replace(".", "_") in step


def test_what_is_due_next_is_found_through_its_index(plan):
    where = "clock = '' AND due <= 1900000000 ORDER BY due, seq LIMIT 1"
    [step] = plan(f"SELECT id, due FROM objects WHERE {where}")
    assert "objects_due" in step
