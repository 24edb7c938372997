import pytest
from django.contrib.auth.models import Permission

from tests.factories.members import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def support(client):
    """Somebody of the staff who may change whatever members have."""
    user = UserFactory(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(content_type__app_label="members"))
    client.force_login(user)
    return user


def change(client, user, **fields):
    return client.post(
        f"/admin/members/user/{user.pk}/change/", {"email": user.email, "is_active": "on"} | fields
    )


def test_support_give_nobody_rights(client, support):
    reader = UserFactory()
    assert change(client, reader, is_staff="on", is_superuser="on").status_code == 302
    reader.refresh_from_db()
    assert (reader.is_staff, reader.is_superuser) == (False, False)


def test_support_set_no_address_of_staff(client, support):
    boss = UserFactory(is_staff=True, is_superuser=True, email="boss@example.org")
    for user in (boss, support):
        assert change(client, user, email="mine@example.org").status_code == 403
    boss.refresh_from_db()
    assert boss.email == "boss@example.org"


def test_administrators_give_rights(client):
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    reader = UserFactory()
    change(client, reader, is_staff="on")
    reader.refresh_from_db()
    assert reader.is_staff


def test_nobody_deletes_a_user_in_the_administration(client):
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    assert client.post(f"/admin/members/user/{UserFactory().pk}/delete/", {"post": "yes"}).status_code == 403
