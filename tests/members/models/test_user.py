import pytest
from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction

from members.models import User
from tests.support.threads import all_at_once

pytestmark = pytest.mark.django_db

SPELLINGS = ["ada@example.org", "ADA@EXAMPLE.ORG", " Ada@Example.org ", "\tada@example.org\n"]


def test_members_user_is_the_sites_user():
    assert get_user_model() is User


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_one_mailbox_is_one_user_in_any_spelling(spelling):
    first = User.objects.for_email("ada@example.org")
    assert User.objects.for_email(spelling) == first
    assert list(User.objects.values_list("email", flat=True)) == ["ada@example.org"]


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_each_way_to_make_a_user_keeps_the_one_spelling(spelling):
    User.objects.create_user(spelling).delete()
    User.objects.create(email=spelling)
    assert User.objects.get().email == "ada@example.org"
    assert User.objects.get_by_natural_key(spelling) == User.objects.get()


def test_second_user_of_a_mailbox_is_refused_by_the_database():
    User.objects.for_email("ada@example.org")
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.bulk_create([User(email="Ada@example.org")])
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.update(email="ADA@example.org")


@pytest.mark.django_db(transaction=True)
def test_twenty_asking_for_one_new_mailbox_make_one_user():
    found = all_at_once(lambda number: User.objects.for_email(SPELLINGS[number % 2]).pk)
    assert found == [User.objects.get().pk] * 20


def test_user_made_for_an_address_can_sign_in_with_no_password():
    user = User.objects.for_email("ada@example.org")
    assert not user.has_usable_password()
    assert not user.check_password("!unusable")
    assert not user.check_password("unusable")


def test_superuser_may_do_everything():
    user = User.objects.create_superuser("boss@example.org", "secret")
    assert (user.is_staff, user.is_superuser, user.check_password("secret")) == (True, True, True)
