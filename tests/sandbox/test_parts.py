"""Arithmetic and reading that need no process: money, periods, cards, forms, skeletons."""

import pytest

from sandbox import cards, ibans, money, periods
from sandbox.errors import ParameterError, StripeError
from sandbox.forms import nested
from sandbox.spec.parameters import checked
from sandbox.spec.skeletons import skeleton
from sandbox.store import INDEXED, Store, column
from sandbox.work import World
from tests.sandbox.builders import instant


@pytest.mark.parametrize(
    ("amount", "currency", "fee"),
    [
        (1000, "eur", 59),
        (2500, "eur", 103),
        (50, "eur", 31),
        (1000, "jpy", 59),
        (10000, "kwd", 590),
        (1017, "usd", 59),
    ],
)
def test_fee_is_a_share_and_a_fixed_part(amount, currency, fee):
    assert money.fee(amount, currency) == fee


@pytest.mark.parametrize(
    ("amount", "currency", "fee"),
    [(5000, "eur", 70), (1000, "eur", 38), (1062, "eur", 38), (71250, "eur", 600), (10_000_000, "eur", 600)],
)
def test_fee_of_a_debit_has_an_end(amount, currency, fee):
    assert money.debit_fee(amount, currency) == fee


@pytest.mark.parametrize(
    ("amount", "currency", "written"),
    [
        (1000, "eur", "€10.00"),
        (123456, "usd", "$1,234.56"),
        (1000, "jpy", "¥1,000"),
        (1000, "kwd", "KWD 1.000"),
        (50000, "isk", "ISK 500"),
        (999, "chf", "CHF 9.99"),
        (-250, "gbp", "−£2.50"),
        (0, "eur", "€0.00"),
    ],
)
def test_amount_is_written_with_the_decimals_of_its_currency(amount, currency, written):
    assert money.written(amount, currency) == written


@pytest.mark.parametrize(
    ("amount", "currency"), [(49, "eur"), (49, "jpy"), (1005, "kwd"), (100_000_000, "usd")]
)
def test_amount_that_stripe_would_not_charge_is_refused(amount, currency):
    with pytest.raises(StripeError):
        money.check_chargeable(amount, currency)


@pytest.mark.parametrize(
    ("anchor", "interval", "count", "index", "expected"),
    [
        ((2026, 1, 31), "month", 1, 1, (2026, 2, 28)),
        ((2026, 1, 31), "month", 1, 2, (2026, 3, 31)),
        ((2028, 2, 29), "year", 1, 1, (2029, 2, 28)),
        ((2028, 2, 29), "year", 1, 4, (2032, 2, 29)),
        ((2026, 11, 15), "month", 3, 1, (2027, 2, 15)),
        ((2026, 12, 25), "week", 2, 1, (2027, 1, 8)),
        ((2026, 12, 31), "day", 1, 1, (2027, 1, 1)),
    ],
)
def test_period_is_counted_from_the_anchor(anchor, interval, count, index, expected):
    recurring = {"interval": interval, "interval_count": count}
    assert periods.boundary(instant(*anchor), recurring, index) == instant(*expected)


@pytest.mark.parametrize(
    ("anchor", "interval", "count", "after", "expected"),
    [
        ((2026, 1, 31), "month", 1, (2026, 2, 28, 11), (2026, 2, 28)),
        ((2026, 1, 31), "month", 1, (2026, 2, 28), (2026, 3, 31)),
        ((2026, 1, 31), "month", 1, (2030, 1, 31), (2030, 2, 28)),
        ((2026, 11, 15), "month", 3, (2027, 2, 14), (2027, 2, 15)),
        ((2024, 2, 29), "year", 1, (2027, 12, 31), (2028, 2, 29)),
        ((2026, 12, 25), "week", 2, (2027, 1, 7), (2027, 1, 8)),
        ((2026, 3, 1), "day", 1, (2026, 3, 5, 13), (2026, 3, 6)),
        ((2026, 3, 1), "month", 1, (2026, 2, 1), (2026, 3, 1)),
    ],
)
def test_following_boundary_is_the_first_that_is_later(anchor, interval, count, after, expected):
    recurring = {"interval": interval, "interval_count": count}
    assert periods.following(instant(*anchor), recurring, instant(*after)) == instant(*expected)


@pytest.mark.parametrize("number", sorted(cards.NUMBERS))
def test_every_test_card_is_plausible_and_ends_as_it_says(number):
    assert cards.is_plausible(number)
    assert number.endswith(cards.NUMBERS[number].last4)


@pytest.mark.parametrize(
    "number", ["4242424242424241", "4242", "", "４２４２４２４２４２４２４２４２", "abcd" * 4]
)
def test_number_that_fails_the_check_is_not_plausible(number):
    assert not cards.is_plausible(number)


@pytest.mark.parametrize("number", [*ibans.NUMBERS, *ibans.UNUSABLE])
def test_every_test_account_is_plausible(number):
    assert ibans.is_plausible(number)


@pytest.mark.parametrize(
    "number", ["AT611904300234573202", "AT61", "", "6119043002345732AT01", "AT61190430023457320１"]
)
def test_account_that_fails_the_check_is_not_plausible(number):
    assert not ibans.is_plausible(number)


def test_form_with_brackets_is_unfolded():
    pairs = [("a[b][c]", "1"), ("items[0][price]", "p"), ("expand[]", "x"), ("expand[]", "y"), ("plain", "z")]
    assert nested(pairs) == {
        "a": {"b": {"c": "1"}},
        "items": {"0": {"price": "p"}},
        "expand": {"0": "x", "1": "y"},
        "plain": "z",
    }


def test_parameters_get_their_types_from_the_schema():
    schema = {
        "type": "object",
        "properties": {
            "count": {"type": "integer"},
            "is_on": {"type": "boolean"},
            "names": {"type": "array", "items": {"type": "string"}},
            "trial_end": {"anyOf": [{"enum": ["now"], "type": "string"}, {"type": "integer"}]},
        },
    }
    given = {"count": "3", "is_on": "true", "names": {"1": "b", "0": "a"}, "trial_end": "77"}
    assert checked(schema, given) == {"count": 3, "is_on": True, "names": ["a", "b"], "trial_end": 77}


@pytest.mark.parametrize("given", [{"count": "3.5"}, {"count": True}, {"count": {"a": "1"}}])
def test_integer_that_is_none_is_refused(given):
    with pytest.raises(ParameterError):
        checked({"type": "object", "properties": {"count": {"type": "integer"}}}, given)


def test_skeleton_has_null_for_nullable_and_nothing_for_optional():
    empty = skeleton("charge")
    assert (empty["balance_transaction"], empty["metadata"], empty["paid"]) == (None, {}, False)
    assert "presentment_details" not in empty
    empty["metadata"]["key"] = "value"
    assert skeleton("charge")["metadata"] == {}


@pytest.mark.parametrize(("kind", "field"), [(kind, field) for kind in INDEXED for field in INDEXED[kind]])
def test_list_by_an_indexed_field_reads_no_more_than_it_shows(kind, field):
    store = Store(":memory:")
    query = f"SELECT body FROM objects WHERE kind = '{kind}' AND NOT is_deleted AND {column(field)} = ?"
    rows = store.run(f"EXPLAIN QUERY PLAN {query} ORDER BY created DESC, seq DESC LIMIT 101", "x")
    index = f"{kind}_by_{field}".replace(".", "_")
    assert [row["detail"] for row in rows] == [f"SEARCH objects USING INDEX {index} (<expr>=?)"]


def test_object_found_in_two_ways_is_the_same_so_that_no_change_is_lost():
    world = World(Store(":memory:"), "http://127.0.0.1", "Newsroom")
    with world.transaction() as work:
        identifier = work.new("customer", email="ada@example.org")["id"]
    with world.transaction() as work:
        found = work.get("customer", identifier)
        assert work.every("customer", email="ada@example.org") == [found]
        assert work.every("customer")[0] is found
