from datetime import UTC, date, datetime

import pytest
from hypothesis import given, strategies as st

from members.periods import add_months, day_of


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 1, 31), 2, date(2026, 3, 31)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2028, 2, 29), 48, date(2032, 2, 29)),
        (date(2026, 2, 28), 12, date(2027, 2, 28)),
        (date(2026, 3, 1), 1, date(2026, 4, 1)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
    ],
)
def test_months_are_added_as_a_calendar_does(day, months, expected):
    assert add_months(day, months) == expected


@given(day=st.dates(date(1970, 1, 1), date(2100, 1, 1)), months=st.integers(1, 60))
def test_added_months_land_in_the_right_month_and_never_later_in_it(day, months):
    found = add_months(day, months)
    assert (found.year * 12 + found.month) - (day.year * 12 + day.month) == months
    assert found.day <= day.day


def test_day_is_the_newsrooms_own(settings):
    settings.TIME_ZONE = "Europe/Kyiv"
    assert day_of(datetime(2026, 1, 31, 21, 59, tzinfo=UTC)) == date(2026, 1, 31)
    assert day_of(datetime(2026, 1, 31, 22, 0, tzinfo=UTC)) == date(2026, 2, 1)
