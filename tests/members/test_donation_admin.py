import pytest
from django.contrib.auth.models import Permission

from members.models import Contribution, ContributionOffer
from tests.factories.members import UserFactory
from tests.support.queries import count_queries
from tests.support.stories import donate

pytestmark = pytest.mark.django_db


@pytest.fixture
def told():
    """Two donations that somebody waits to hear of, by donors who want to be named."""
    words = {
        "dedication": "honour",
        "honoree_name": "G",
        "notify_email": "g@example.org",
        "public_name": "Ada",
    }
    return [donate(f"{name}@example.org", **words) for name in ("ada", "bob")]


def act_on(client, action, *chosen):
    path = "/admin/members/contribution/"
    return client.post(
        path, {"action": action, "_selected_action": [each.pk for each in chosen]}, follow=True
    )


def test_staff_stop_the_mail_about_a_dedication_and_decide_on_names(client, told):
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    assert "1 mail is stopped" in act_on(client, "stop_dedication", told[0]).content.decode()
    act_on(client, "show_name", *told)
    act_on(client, "hide_name", told[1])
    found = Contribution.objects.order_by("email").values_list("is_name_approved", "notify_stopped_at")
    assert [(shown, stopped is not None) for shown, stopped in found] == [(True, True), (False, False)]


def test_who_may_only_look_at_donations_stops_nothing(client, told):
    looker = UserFactory(is_staff=True)
    looker.user_permissions.set(Permission.objects.filter(codename="view_contribution"))
    client.force_login(looker)
    act_on(client, "stop_dedication", *told)
    assert Contribution.objects.filter(notify_stopped_at=None).count() == 2


def test_list_of_donations_asks_as_often_for_two_as_for_twenty(client, told):
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    few = count_queries(client, "/admin/members/contribution/")
    for number in range(18):
        donate(f"reader{number}@example.net")
    assert count_queries(client, "/admin/members/contribution/") == few


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"amounts": "1 30"}, "None of them may be less than the least"),
        ({"preselected": "29.99"}, "Choose one of the amounts"),
    ],
)
def test_amounts_that_make_no_sense_are_refused(client, changed, words):
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    offer = {"interval": "month", "currency": "EUR", "amounts": "10 30", "preselected": "30", "floor": "2"}
    path = "/admin/members/contributionoffer/add/"
    assert words in client.post(path, offer | changed).content.decode()
    assert ContributionOffer.objects.count() == 0
    client.post(path, offer)
    kept = ContributionOffer.objects.get()
    assert (kept.amounts, kept.preselected, kept.floor) == ([1000, 3000], 3000, 200)
