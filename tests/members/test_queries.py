from datetime import timedelta

import pytest
from django.utils import timezone

from members.queries import count_gifts_bought, count_new_members, count_supporters
from tests.factories.members import ImportedMembershipFactory, UserFactory
from tests.support.stories import give, join, redeem

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("books")]


def window():
    now = timezone.now()
    return {"start": now - timedelta(days=1), "end": now + timedelta(days=1)}


def test_person_counts_once_however_they_came():
    join("ada@example.org", renewals=2)
    join("ada@example.org")
    redeem(give("bob@example.org"), "ada@example.org")
    assert count_new_members(**window(), are_gifts_included=True) == 1


def test_person_who_came_back_after_years_counts_once_in_a_very_long_window():
    now = timezone.now().replace(microsecond=0)
    for days in (800, 1):
        join("ada@example.org", paid_at=now - timedelta(days=days))
    long = {"start": now - timedelta(days=900), "end": now}
    assert count_new_members(**long, are_gifts_included=True) == 1


def test_gifts_count_only_if_they_are_asked_for():
    redeem(give("ada@example.org"), "bob@example.org")
    assert count_new_members(**window(), are_gifts_included=True) == 1
    assert count_new_members(**window(), are_gifts_included=False) == 0


def test_bought_gift_counts_in_the_window_of_its_payment():
    now = timezone.now().replace(microsecond=0)
    give("ada@example.org", paid_at=now)
    second = timedelta(seconds=1)
    assert count_gifts_bought(start=now, end=now + second) == 1
    assert count_gifts_bought(start=now - second, end=now) == 0
    assert count_gifts_bought(start=now + second, end=now + 2 * second) == 0


def test_everybody_who_ever_gave_is_a_supporter_once():
    join("ada@example.org", renewals=1)
    redeem(give("ada@example.org"), "bob@example.org")
    give("cem@example.org")
    today = timezone.localdate()
    imported = {"starts_on": today, "ends_on": today + timedelta(days=30)}
    ImportedMembershipFactory(**imported, user=join("dan@example.org")[0].user)
    ImportedMembershipFactory(**imported)
    for _ in range(2):
        ImportedMembershipFactory(**imported, origin="comp")
    UserFactory()
    assert count_supporters() == 4
