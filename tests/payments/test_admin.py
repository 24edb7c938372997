import pytest
from django.contrib import admin
from django.test import RequestFactory
from django.urls import reverse

from members.models import Gift, Membership, OutgoingMail, Signup
from payments.alarms import raise_alarm
from payments.enums import AlarmKind
from payments.models import Alarm, Checkout, Customer, LedgerEntry, Payment, StripeEvent, Subscription
from tests.factories.members import UserFactory
from tests.factories.payments import StripeEventFactory
from tests.support.stories import give, join, redeem

pytestmark = pytest.mark.django_db

MONEY = [
    Alarm,
    Checkout,
    Customer,
    Gift,
    LedgerEntry,
    Membership,
    OutgoingMail,
    Payment,
    Signup,
    StripeEvent,
    Subscription,
]


@pytest.fixture
def boss(client):
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    join("ada@example.org")
    redeem(give("ada@example.org"), "bob@example.org")
    StripeEventFactory()
    raise_alarm(kind=AlarmKind.BOOKS_DIFFER, subject="entry 1", message="!")
    return client


@pytest.mark.parametrize("model", MONEY, ids=lambda model: model.__name__)
def test_money_is_read_and_never_written(boss, model):
    model_admin = admin.site.get_model_admin(model)
    request = RequestFactory().get("/")
    request.user = UserFactory(is_staff=True, is_superuser=True)
    assert (
        model_admin.has_add_permission(request),
        model_admin.has_change_permission(request),
        model_admin.has_delete_permission(request),
    ) == (False, False, False)
    label = f"{model._meta.app_label}_{model._meta.model_name}"
    row = model.objects.first()
    assert boss.get(reverse(f"admin:{label}_changelist")).status_code == 200
    assert boss.get(reverse(f"admin:{label}_change", args=[row.pk])).status_code == 200
    assert boss.get(reverse(f"admin:{label}_add")).status_code == 403
    assert boss.post(reverse(f"admin:{label}_change", args=[row.pk]), {}).status_code == 403
    assert boss.post(reverse(f"admin:{label}_delete", args=[row.pk]), {"post": "yes"}).status_code == 403


def test_admin_shows_no_gift_token(boss):
    gift = Gift.objects.get()
    page = boss.get(reverse("admin:members_gift_change", args=[gift.pk])).content.decode()
    assert gift.token_hash not in page


def test_admin_is_for_staff(client):
    client.force_login(UserFactory())
    assert client.get("/admin/", follow=True).status_code == 403
    client.logout()
    assert client.get("/admin/", follow=True).redirect_chain == [
        ("/admin/login/?next=/admin/", 302),
        ("/accounts/login/?next=%2Fadmin%2F", 302),
    ]
