from datetime import timedelta

import pytest
from django.utils import timezone

from members.selling.joining import start_signup
from payments.enums import Debt
from payments.models import UnpaidInvoice
from payments.recording import record
from tests.config.test_metrics import scraped
from tests.factories.members import PlanFactory, UserFactory
from tests.support.queries import count_queries
from tests.support.stripe_side import StripeSide

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(client):
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    return client


def fail(email, *, plan, end=None):
    """Somebody's renewal fails, a month after they joined; and what becomes of it."""
    checkout = start_signup(plan=plan, amount=plan.amount, email=email).checkout
    side = StripeSide(checkout, paid_at=timezone.now() - timedelta(days=32))
    record(side.session())
    record(side.unpaid())
    if end == Debt.RECOVERED:
        record(side.invoice(1))
    elif end:
        record(side.unpaid(state=end, settled_at=timezone.now()))


@pytest.fixture
def failures():
    """In euros: one open, three recovered, one lost, one withdrawn. In yen: one open."""
    euros, yen = PlanFactory(), PlanFactory(currency="JPY", amount=1500)
    ends = [None, *[Debt.RECOVERED] * 3, Debt.LOST, Debt.VOID]
    for number, end in enumerate(ends):
        fail(f"reader{number}@example.net", plan=euros, end=end)
    fail("kana@example.net", plan=yen)


@pytest.mark.usefixtures("failures")
def test_page_shows_who_owes_and_what_came_in_after_all(boss):
    page = " ".join(boss.get("/staff/recovery/").content.decode().split())
    assert "2 payments: €10, ¥1,500" in page
    assert "reader0@example.net" in page
    assert "reader1@example.net" not in page
    [month, yen] = boss.get("/staff/recovery/").context["months"]
    assert (month.currency, month.failed, month.open, month.recovered, month.lost) == ("EUR", 5, 1, 3, 1)
    assert (str(month.recovered_money), str(month.lost_money), month.rate) == ("€30", "€10", 75)
    assert (yen.currency, yen.open, yen.rate) == ("JPY", 1, None)


def test_page_needs_no_query_per_row(boss):
    plan = PlanFactory()
    fail("one@example.net", plan=plan)
    one = count_queries(boss, "/staff/recovery/")
    for number in range(12):
        fail(f"more{number}@example.net", plan=plan)
    assert UnpaidInvoice.objects.open().count() == 13
    assert count_queries(boss, "/staff/recovery/") == one


@pytest.mark.usefixtures("failures")
def test_metrics_count_them_by_state_and_currency(client):
    found = scraped(client)
    counted = {name[1:]: value for name, value in found.items() if name[0] == "failed_payments"}
    assert counted == {
        ("EUR", "open"): 1, ("EUR", "recovered"): 3, ("EUR", "lost"): 1, ("EUR", "void"): 1, ("JPY", "open"): 1,
    }  # fmt: skip
    assert found["failed_payments_amount", "EUR", "recovered"] == 3000
