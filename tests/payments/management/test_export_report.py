from datetime import UTC, date, datetime

import pytest
from django.core.management import CommandError, call_command

from payments.reports.period import Period
from payments.reports.registry import writers_of
from tests.support.rich_books import rich_books

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def books():
    return rich_books(datetime(2027, 3, 1, 10, 30, tzinfo=UTC))


ALL = Period()


def written(dialect, period=ALL):
    return b"".join(writers_of("journal")[dialect](period))


@pytest.mark.parametrize("dialect", ["hledger", "beancount"])
def test_report_is_written_to_the_file(dialect, tmp_path):
    path = tmp_path / "march.journal"
    period = ["--from", "2027-03-04", "--to", "2027-03-10"]
    call_command("export_report", "journal", *period, "--format", dialect, "--output", str(path))
    assert path.read_bytes() == written(dialect, Period(date(2027, 3, 4), date(2027, 3, 10)))
    assert path.read_bytes() != written(dialect)


def test_all_of_the_first_format_goes_to_standard_output_unless_told_otherwise(capfdbinary):
    call_command("export_report", "journal")
    assert capfdbinary.readouterr().out == written("hledger")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["novel"], "invalid choice: 'novel'"),
        (["journal", "--format", "pdf"], "The journal comes as hledger, beancount, not as pdf."),
        (["journal", "--from", "2027-03-04", "--to", "2027-03-04"], "2027-03-04 is not before 2027-03-04"),
        (["journal", "--from", "March"], "invalid fromisoformat value: 'March'"),
        (["journal", "--output", "/nowhere/books"], "No such file or directory"),
    ],
)
def test_what_cannot_be_written_is_said(arguments, message):
    with pytest.raises(CommandError, match=message):
        call_command("export_report", *arguments)
