import ast
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from payments import money
from payments.money import Money, exponent, format_money, to_decimal, to_minor

# docs.stripe.com/currencies, "Zero-decimal" and "Three-decimal currencies".
ZERO_DECIMAL = "BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF".split()
THREE_DECIMAL = "BHD JOD KWD OMR TND".split()
TWO_DECIMAL = "EUR USD GBP CHF UAH PLN INR ISK UGX HUF TWD MRU".split()
CURRENCIES = ZERO_DECIMAL + THREE_DECIMAL + TWO_DECIMAL


def test_exponent_is_stripes_for_each_group():
    assert {exponent(currency) for currency in ZERO_DECIMAL} == {0}
    assert {exponent(currency) for currency in THREE_DECIMAL} == {3}
    assert {exponent(currency) for currency in TWO_DECIMAL} == {2}


@pytest.mark.parametrize("currency", ["ISK", "UGX"])
def test_currencies_that_iso_calls_zero_decimal_have_two_at_stripe(currency):
    assert to_minor("5", currency) == 500
    assert to_decimal(500, currency) == Decimal("5.00")


@given(amount=st.integers(0, 10**14 - 1), currency=st.sampled_from(CURRENCIES))
def test_every_amount_survives_the_way_there_and_back(amount, currency):
    if amount < 10 ** (12 + exponent(currency)):
        assert to_minor(format(to_decimal(amount, currency), "f"), currency) == amount


@pytest.mark.parametrize("currency", CURRENCIES)
def test_smallest_unit_survives_the_way_there_and_back(currency):
    assert to_minor(format(to_decimal(1, currency), "f"), currency) == 1


def test_no_cent_is_lost_between_one_and_a_thousand():
    """A peer's `int(float(x) * 100)` loses 4,583 of these."""
    typed = [f"{cents // 100}.{cents % 100:02}" for cents in range(100, 100_000)]
    assert [to_minor(text, "EUR") for text in typed] == list(range(100, 100_000))


@pytest.mark.parametrize(
    ("typed", "currency", "minor"),
    [
        ("12", "EUR", 1200),
        ("12.50", "EUR", 1250),
        ("12.5", "EUR", 1250),
        ("12,50", "EUR", 1250),
        ("12,5", "EUR", 1250),
        ("1,000", "EUR", 100_000),
        ("1,000.50", "EUR", 100_050),
        ("1,000,000", "EUR", 100_000_000),
        ("1 000,50", "EUR", 100_050),
        ("1\N{NO-BREAK SPACE}000", "EUR", 100_000),
        ("  7 ", "EUR", 700),
        ("007", "EUR", 700),
        (".5", "EUR", 50),
        ("5.", "EUR", 500),
        ("1000", "JPY", 1000),
        ("1,000", "JPY", 1000),
        ("1.234", "KWD", 1234),
        ("12.50", "ISK", 1250),
        ("0", "EUR", 0),
    ],
)
def test_what_a_person_types_is_read(typed, currency, minor):
    assert to_minor(typed, currency) == minor


@pytest.mark.parametrize(
    ("typed", "currency"),
    [
        ("", "EUR"),
        ("ten", "EUR"),
        ("12.505", "EUR"),
        ("12.5", "JPY"),
        ("12,5", "JPY"),
        ("1.2345", "KWD"),
        ("1.2.3", "EUR"),
        ("€5", "EUR"),
        ("NaN", "EUR"),
        ("sNaN", "EUR"),
        ("Infinity", "EUR"),
        ("-inf", "EUR"),
        ("1e2", "EUR"),
        ("-5", "EUR"),
        ("+5", "EUR"),
        ("1_0", "EUR"),
        ("1" + "0" * 12, "EUR"),
        ("9" * 20, "EUR"),
        ("1e999999999", "EUR"),
        ("1e-999999999", "EUR"),
        (".", "EUR"),
        (",", "EUR"),
        ("--5", "EUR"),
    ],
)
def test_what_is_no_amount_is_refused(typed, currency):
    with pytest.raises(ValueError):
        to_minor(typed, currency)


@given(typed=st.text(max_size=30), currency=st.sampled_from(CURRENCIES))
def test_any_text_gives_an_integer_or_value_error(typed, currency):
    try:
        found = to_minor(typed, currency)
    except ValueError:
        return
    assert type(found) is int


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (1000, "EUR", "€10"),
        (1050, "EUR", "€10.50"),
        (1005, "EUR", "€10.05"),
        (100_000_000, "USD", "$1,000,000"),
        (1000, "JPY", "¥1,000"),
        (1234, "KWD", "KWD1.234"),
        (5000, "KWD", "KWD5"),
        (500, "ISK", "ISK5"),
        (550, "UGX", "UGX5.50"),
        (0, "EUR", "€0"),
    ],
)
def test_money_is_written_for_people(amount, currency, text):
    assert str(Money(amount, currency)) == text


def test_money_is_written_in_the_language_asked_for():
    assert format_money(123_450, "EUR", locale="de") == "1.234,50\N{NO-BREAK SPACE}€"
    assert format_money(100_000, "EUR", locale="de") == "1.000\N{NO-BREAK SPACE}€"


def test_no_float_is_made_where_money_is_converted():
    names = {node.id for node in ast.walk(ast.parse(_source(money))) if isinstance(node, ast.Name)}
    constants = [node.value for node in ast.walk(ast.parse(_source(money))) if isinstance(node, ast.Constant)]
    assert "float" not in names
    assert [value for value in constants if isinstance(value, float)] == []


def _source(module):
    return Path(module.__file__).read_text()
