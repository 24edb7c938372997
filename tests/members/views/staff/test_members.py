from datetime import timedelta

import pytest
from django.utils import timezone

from members.enums import Origin
from tests.factories.members import ImportedMembershipFactory, TierFactory, UserFactory
from tests.factories.payments import CustomerFactory
from tests.support.queries import count_queries
from tests.support.words import words

pytestmark = pytest.mark.django_db

MEMBERS = "/staff/members/"


def membership(*, days=30, origin=Origin.COMP, **how):
    today = timezone.localdate()
    how = {"starts_on": today - timedelta(days=60), "ends_on": today + timedelta(days=days)} | how
    return ImportedMembershipFactory(origin=origin, **how)


@pytest.mark.parametrize(("is_staff", "status"), [(False, 403), (True, 403)])
@pytest.mark.parametrize("path", [MEMBERS, f"{MEMBERS}1/", f"{MEMBERS}grant/"])
def test_pages_are_for_who_may_see_members(client, path, is_staff, status):
    assert client.get(path).url == f"/accounts/login/?next={path}"
    client.force_login(UserFactory(is_staff=is_staff))
    assert client.get(path).status_code == status


def test_staff_page_leads_support_to_the_members(support):
    assert f'href="{MEMBERS}"' in words(support, "/staff/")
    support.force_login(UserFactory(is_staff=True))
    assert f'href="{MEMBERS}"' not in words(support, "/staff/")


def test_list_tells_of_each_what_lasts_longest(support):
    ada = UserFactory(email="ada@example.org")
    membership(user=ada, tier=TierFactory(name="Keeper"), days=90)
    membership(user=ada, tier=TierFactory(name="Friend"), days=10)
    membership(user=UserFactory(email="bo@example.org"), days=-1)
    page = words(support, MEMBERS)
    assert "3 people" in page
    assert "Keeper · Complimentary · until" in page
    assert "Friend · Complimentary · ended" in page
    assert "No membership" in page  # who looks


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["cus", "trial", "ended", "comp", "import", "support"]),
        ("?q=+COMP%40", ["comp"]),
        ("?q=cus_1", ["cus"]),
        ("?q=sub_nobody", []),
        ("?only=active", ["comp", "import"]),
        ("?only=comped", ["comp"]),
        ("?only=imported", ["import"]),
        ("?only=trial", []),
        ("?only=gifted", []),
        ("?only=past_due", []),
        ("?only=ended", ["ended"]),
        ("?only=ended&q=comp", []),
        ("?only=nonsense", ["cus", "trial", "ended", "comp", "import", "support"]),
        ("?q=%00", ["cus", "trial", "ended", "comp", "import", "support"]),
    ],
)
def test_who_is_looked_for_is_found(support, query, found):
    for name, how in {
        "comp": {"origin": Origin.COMP},
        "import": {"origin": Origin.IMPORT},
        "ended": {"days": 0},
    }.items():
        membership(user=UserFactory(email=f"{name}@example.org"), **how)
    UserFactory(email="trial@example.org")
    CustomerFactory(stripe_id="cus_1", user=UserFactory(email="cus@example.org"))
    page = words(support, MEMBERS + query)
    names = ["cus", "trial", "ended", "comp", "import", "support"]
    assert [name for name in names if f">{name}@example.org<" in page] == found


def test_list_takes_as_many_queries_for_fifty_as_for_one(support):
    membership()
    few = count_queries(support, MEMBERS)
    for _ in range(50):
        membership()
    assert count_queries(support, MEMBERS) == few
    page = words(support, f"{MEMBERS}?only=active")
    assert "Page 1 of 2" in page
    assert '?only=active&amp;page=2" rel="next"' in page
    assert "Page 2 of 2" in words(support, f"{MEMBERS}?only=active&page=2")
