"""What of the checks' findings is told: what is found twice in a row, and of each check so many."""

import pytest

from payments.checking import findings as oracle
from payments.checking.findings import Finding, book_check, findings

pytestmark = pytest.mark.django_db


@pytest.fixture
def only(monkeypatch):
    """Registers checks in place of the real ones; each finds what its list says for each time it is asked."""
    monkeypatch.setattr(oracle, "_checks", {})

    def register(name, *answers, asks_stripe=False):
        told = iter(answers)
        book_check(name, asks_stripe=asks_stripe)(lambda: next(told))

    return register


def test_what_is_found_and_found_again_is_told_as_it_was_first(only):
    only("wrong", [("row 1", "1 cent"), ("row 2", "!")], [("row 1", "2 cents")])
    assert list(findings(is_offline=True)) == [Finding("wrong", "row 1", "1 cent")]


def test_where_nothing_is_found_nobody_asks_again(only):
    only("right", [])
    only("moving", [("row 1", "!")], [])
    assert list(findings(is_offline=True)) == []


def test_a_hundred_of_one_check_say_that_it_is_wrong_everywhere(only):
    rows = [(f"row {number}", "!") for number in range(300)]
    only("wrong", rows, rows)
    only("wrong too", rows[:1], rows[:1])
    found = list(findings(is_offline=True))
    assert [each.check for each in found] == ["wrong"] * 100 + ["wrong too"]


def test_stripe_is_asked_only_online(only):
    rows = [("EUR", "!")]
    only("balance", rows, rows, asks_stripe=True)
    assert list(findings(is_offline=True)) == []
    assert list(findings(is_offline=False)) == [Finding("balance", "EUR", "!")]
