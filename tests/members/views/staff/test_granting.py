from datetime import timedelta
from uuid import uuid4

import pytest
from dateutil.relativedelta import relativedelta
from django.contrib.auth.models import Permission
from django.utils import timezone

from members.enums import ActorKind, ChangeKind, Origin
from members.models import Membership, MembershipChange
from members.outbox import mailing
from tests.factories.members import ImportedMembershipFactory, TierFactory, UserFactory
from tests.support.words import words

pytestmark = pytest.mark.django_db

GRANT = "/staff/members/grant/"


@pytest.fixture
def tier():
    return TierFactory(name="Keeper")


def wish(tier, /, **how):
    wanted = {
        "email": " Ada@Example.org ",
        "tier": tier.pk,
        "months": 12,
        "reason": "Wrote for us",
        "is_told": "on",
        "key": uuid4(),
    }
    return wanted | how


def rows():
    return list(Membership.objects.values_list("user__email", "origin", "starts_on", "ends_on"))


def test_grant_is_a_membership_with_its_reason_and_a_mail(support, tier, mailoutbox):
    today = timezone.localdate()
    response = support.post(GRANT, wish(tier), follow=True)
    assert "ada@example.org has Keeper until" in response.content.decode()
    assert rows() == [("ada@example.org", Origin.COMP, today, today + relativedelta(months=12))]
    change = MembershipChange.objects.get()
    assert (change.kind, change.actor_kind, change.actor, change.reason) == (
        ChangeKind.GRANTED,
        ActorKind.STAFF,
        support.user,
        "Wrote for us",
    )
    assert change.membership == Membership.objects.get()
    assert change.after["ends_on"] == Membership.objects.get().ends_on.isoformat()
    mailing.drain()
    (mail,) = mailoutbox
    assert mail.to == ["ada@example.org"]
    assert "nothing renews by itself" in mail.body


def test_who_wants_no_mail_sent_sends_none(support, tier, mailoutbox):
    support.post(GRANT, wish(tier, is_told=""))
    mailing.drain()
    assert (len(rows()), mailoutbox) == (1, [])


def test_second_click_gives_no_second_membership(support, tier):
    wanted = wish(tier)
    for _ in range(2):
        support.post(GRANT, wanted | {"is_sure": "1"})
    assert len(rows()) == 1
    support.post(GRANT, wish(tier, is_sure="1"))
    assert len(rows()) == 2


def test_who_has_one_already_is_asked_about_first(support, tier):
    support.post(GRANT, wish(tier))
    response = support.post(GRANT, wish(tier))
    assert "has a membership already" in response.content.decode()
    assert "Nothing has been given yet" in response.content.decode()
    assert len(rows()) == 1


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"reason": " "}, "Say why"),
        ({"email": "ada"}, "This is not a whole email address"),
        ({"months": ""}, "Choose for how long, or a day."),
        ({"months": "", "ends_on": "2020-01-01"}, "Choose a day after today"),
        ({"months": "", "ends_on": "9999-01-01"}, "within ten years"),
        ({"months": "", "ends_on": "tomorrow"}, "Write it like 2027-12-31"),
        ({"months": "7"}, "Select a valid choice"),
        ({"tier": "0"}, "Select a valid choice"),
    ],
)
def test_grant_that_makes_no_sense_is_none(support, tier, how, said):
    response = support.post(GRANT, wish(tier, **how))
    assert (response.status_code, rows()) == (422, [])
    assert said in response.content.decode()


def test_grant_until_a_day(support, tier):
    day = timezone.localdate() + timedelta(days=1)
    for number, months in enumerate(["", 12]):
        support.post(GRANT, wish(tier, months=months, ends_on=day.isoformat(), is_sure="1"))
        assert rows()[number][3] == day


def test_who_may_only_look_gives_nothing(client, tier):
    user = UserFactory(is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="view_membership"))
    client.force_login(user)
    assert client.post(GRANT, wish(tier)).status_code == 403
    row = comp()
    assert client.post(end_of(row), move(5)).status_code == 403
    page = words(client, f"/staff/members/{row.user_id}/")
    assert ("Give a membership" in page, "Change the end" in page) == (False, False)


# --- extended, ended early ------------------------------------------------------------------------


def comp(*, origin=Origin.COMP, started=30, days=30):
    today = timezone.localdate()
    return ImportedMembershipFactory(
        origin=origin, starts_on=today - timedelta(days=started), ends_on=today + timedelta(days=days)
    )


def end_of(membership):
    return f"/staff/members/memberships/{membership.pk}/end/"


def move(days, **how):
    day = timezone.localdate() + timedelta(days=days)
    return {"ends_on": day.isoformat(), "reason": "Left the choir", "key": uuid4()} | how


@pytest.mark.parametrize(
    ("days", "kind"), [(60, ChangeKind.GRANTED), (5, ChangeKind.ENDED_EARLY), (0, ChangeKind.ENDED_EARLY)]
)
@pytest.mark.parametrize("origin", [Origin.COMP, Origin.IMPORT])
def test_end_moves_and_the_history_tells(support, days, kind, origin):
    membership = comp(origin=origin)
    before = membership.ends_on
    assert f'href="{end_of(membership)}"' in words(support, f"/staff/members/{membership.user_id}/")
    support.post(end_of(membership), move(days))
    membership.refresh_from_db()
    assert membership.ends_on == timezone.localdate() + timedelta(days=days)
    assert membership.is_active == (days > 0)
    change = MembershipChange.objects.get()
    assert (change.kind, change.actor, change.reason) == (kind, support.user, "Left the choir")
    assert (change.before["ends_on"], change.after["ends_on"]) == (
        before.isoformat(),
        membership.ends_on.isoformat(),
    )


@pytest.mark.parametrize(
    ("how", "said"),
    [
        (move(-1), "Choose a day from"),
        (move(30), "That is when it ends already"),
        (move(40_000), "Choose a day from"),
        (move(5, reason=""), "Say why"),
        (move(5, ends_on=""), "Choose a day."),
    ],
)
def test_end_that_makes_no_sense_moves_nothing(support, how, said):
    membership = comp()
    response = support.post(end_of(membership), how)
    assert response.status_code == 422
    assert said in response.content.decode()
    assert MembershipChange.objects.count() == 0


def test_what_began_today_lasts_the_day(support):
    membership = comp(started=0)
    assert support.post(end_of(membership), move(0)).status_code == 422
    assert support.post(end_of(membership), move(1)).status_code == 302


def test_second_click_moves_nothing_more(support):
    membership = comp()
    wanted = move(60)
    support.post(end_of(membership), wanted)
    support.post(end_of(membership), wanted | {"ends_on": move(70)["ends_on"]})
    membership.refresh_from_db()
    assert membership.ends_on.isoformat() == wanted["ends_on"]


def test_what_is_over_or_was_paid_for_is_not_the_newsrooms_to_move(support):
    assert support.get(end_of(comp(days=0))).status_code == 404
    assert support.get("/staff/members/memberships/999/end/").status_code == 404
