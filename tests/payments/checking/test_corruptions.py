"""Corruptions planted past every guard, one at a time: `check_books` names the row, and says nothing else."""

from datetime import timedelta

import pytest
from django.utils import timezone

from payments.enums import EntryKind
from payments.models import BalanceTransaction
from tests.payments.checking.conftest import remove_guards
from tests.support.corrupting import CORRUPTIONS, payment_of, sql
from tests.support.rich_books import rich_books
from tests.support.rollback import rolled_back

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def books(django_db_setup, django_db_blocker):
    """Healthy books of the last weeks, with nothing left to guard them: made once, and damaged by each test anew."""
    with django_db_blocker.unblock(), rolled_back():
        rich_books()
        BalanceTransaction.objects.update(recorded_at=timezone.now() - timedelta(days=1))
        remove_guards()
        yield


@pytest.mark.usefixtures("books")
def test_healthy_books_have_no_finding(check_books):
    assert check_books("--offline") == (0, [])


@pytest.mark.usefixtures("books")
@pytest.mark.parametrize("plant", CORRUPTIONS, ids=lambda plant: plant.__name__)
def test_corruption_is_found_and_named(plant, check_books):
    told = plant()
    assert check_books("--offline") == (1, [told])


@pytest.mark.usefixtures("books")
def test_entry_in_another_currency_than_its_movement_is_found(check_books):
    """Balanced, of the right amount, and of the wrong money."""
    entry = payment_of("mona").ledger_entries.get(kind=EntryKind.DISPUTE_REVERSED)
    sql("UPDATE payments_posting SET currency = 'GBP' WHERE entry_id = %s", entry.pk)
    assert check_books("--offline") == (1, [("movement_differs", entry.source)])
