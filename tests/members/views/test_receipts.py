from datetime import UTC, datetime

import pytest

from members.models import User
from payments.models import Payment
from tests.factories.members import PlanFactory, TierFactory, UserFactory
from tests.support.queries import count_queries
from tests.support.stories import join

pytestmark = pytest.mark.django_db

MARCH = datetime(2026, 3, 1, 12, tzinfo=UTC)


def ada(client, **how):
    join("ada@example.org", plan=PlanFactory(tier=TierFactory(name="Keeper")), paid_at=MARCH, **how)
    client.force_login(User.objects.get(email="ada@example.org"))


def text(client, path):
    response = client.get(path)
    assert (response.status_code, response["Cache-Control"]) == (
        200,
        "max-age=0, no-cache, no-store, must-revalidate, private",
    )
    return " ".join(response.content.decode().split())


def test_receipt_names_both_sides_day_and_sum(client, settings):
    settings.NEWSROOM_NAME, settings.NEWSROOM_ADDRESS = "The Lantern", "1 Quay Street, Port Aldern"
    ada(client)
    payment = Payment.objects.get()
    page = text(client, f"/account/receipts/{payment.pk}/")
    parties = ("ada@example.org", "The Lantern", "1 Quay Street, Port Aldern")
    what = ("1 March 2026", "Keeper, 1 March 2026 to 1 April 2026", "€10", payment.charge_id)
    assert [words for words in parties + what if words not in page] == []


def test_year_in_one_sheet(client):
    ada(client, renewals=2)
    page = text(client, "/account/statement/2026/")
    assert "€30" in page
    assert "Donations" not in page
    assert f'href="/account/statement/{2026}/"' in text(client, "/account/receipts/")


@pytest.mark.parametrize("path", ["/account/receipts/{pk}/", "/account/statement/2026/"])
def test_somebody_elses_is_not_there(client, path):
    ada(client)
    path = path.format(pk=Payment.objects.get().pk)
    assert client.get(path).status_code == 200
    client.force_login(UserFactory(email="eve@example.org"))
    assert client.get(path).status_code == 404
    client.logout()
    assert client.get(path)["Location"] == f"/accounts/login/?next={path}"


@pytest.mark.parametrize("year", [0, 2025, 999999999999])
def test_year_without_payments_is_not_there(client, year):
    ada(client)
    assert client.get(f"/account/statement/{year}/").status_code == 404


def test_who_paid_nothing_reads_so(client):
    client.force_login(UserFactory())
    assert "You have paid nothing yet." in text(client, "/account/receipts/")


def test_list_asks_as_often_for_one_payment_as_for_fifty(client):
    ada(client)
    once = count_queries(client, "/account/receipts/")
    join("ada@example.org", plan=PlanFactory(), paid_at=MARCH, renewals=48)
    assert Payment.objects.count() == 50
    assert count_queries(client, "/account/receipts/") == once
