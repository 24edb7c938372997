import pytest
from hypothesis import given
from hypothesis.strategies import text

from payments.reports.cells import plain, safe


@pytest.mark.parametrize(
    "risky",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n1", " =1", "\N{NO-BREAK SPACE}-1",
     "\N{FULLWIDTH EQUALS SIGN}1", "\N{ZERO WIDTH SPACE}=1", "\ufeff@x", "'=1", "''+1", "\x00=1"],
)  # fmt: skip
def test_what_a_spreadsheet_would_run_is_shown(risky):
    assert safe(risky) == f"'{risky}"
    assert plain(safe(risky)) == risky


@pytest.mark.parametrize("harmless", ["", "ada@example.org", "1-2", "O'Neil", "'tis", "''", "a\t=1", " a"])
def test_what_is_harmless_stays(harmless):
    assert safe(harmless) == plain(harmless) == harmless


@given(text(alphabet=" '=+-@\t\r\na\N{FULLWIDTH PLUS SIGN}", max_size=6))
def test_whatever_is_made_safe_comes_back(words):
    assert plain(safe(words)) == words
    assert safe(words)[:1] not in tuple("=+-@\t\r\n")
