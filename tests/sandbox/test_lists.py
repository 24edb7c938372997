"""Lists stay quick with ten thousand objects: what they filter by is indexed, and the index has their order."""

import pytest

from sandbox import balance
from sandbox.lists import page
from sandbox.store import Store
from sandbox.work import Work, World


class Explaining(Store):
    """Keeps SQLite's plan of every query."""

    plans = ()

    def run(self, statement, *values):
        if statement.startswith("SELECT"):
            rows = self._database.execute(f"EXPLAIN QUERY PLAN {statement}", values)
            self.plans = (*self.plans, " / ".join(row["detail"] for row in rows))
        return super().run(statement, *values)


@pytest.fixture
def work():
    return Work(World(Explaining(":memory:"), "http://127.0.0.1", "Test"), now=1_800_000_000)


@pytest.mark.parametrize(
    ("kind", "wanted"),
    [
        ("balance_transaction", {"_payout": "po_1"}),
        ("balance_transaction", {"type": "charge"}),
        ("balance_transaction", {"currency": "eur"}),
        ("balance_transaction", {"source": "ch_1"}),
        ("balance_transaction", {"created": {"gte": 1, "lt": 2}}),
        ("charge", {"payment_intent": "pi_1"}),
        ("dispute", {"charge": "ch_1"}),
        ("dispute", {"payment_intent": "pi_1"}),
        ("event", {"type": "charge.refunded"}),
        ("invoice", {"_subscription": "sub_1"}),
        ("invoice_payment", {"invoice": "in_1"}),
        ("payout", {"status": "paid"}),
        ("refund", {"charge": "ch_1"}),
        ("refund", {"payment_intent": "pi_1"}),
    ],
    ids=lambda value: value if isinstance(value, str) else "-".join(value),
)
def test_page_comes_out_of_an_index_in_order(work, kind, wanted):
    page(work, kind, wanted, url="/")
    [plan] = work.store.plans
    assert plan.startswith("SEARCH objects USING INDEX")
    assert "TEMP B-TREE" not in plan


def test_balance_is_added_up_from_its_index(work):
    balance.as_object(work)
    assert {plan.rpartition(" ")[2] for plan in work.store.plans} == {"balance_transaction_sums"}
