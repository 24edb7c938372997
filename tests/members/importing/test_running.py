from datetime import date, timedelta

import pytest
from django.db import IntegrityError
from django.utils import timezone

from members.enums import ActorKind, ChangeKind, Origin
from members.importing import running
from members.importing.planning import plan
from members.importing.running import CannotImport, decide_tiers, forget_unused, run_import, start_import
from members.importing.table import Unreadable
from members.models import ImportedCustomer, MemberImport, Membership, MembershipChange, User
from tests.factories.members import TierFactory, UserFactory
from tests.factories.payments import CustomerFactory
from tests.support import exports

pytestmark = pytest.mark.django_db


@pytest.fixture
def gold():
    return TierFactory(name="Gold", slug="gold")


def look(raw, **how):
    return start_import(raw=raw, file_name="members.csv", actor=None, **how)


def bring(raw, **how):
    made = look(raw, **how)
    run_import(made, actor=how.get("actor"))
    made.refresh_from_db()
    return made


def rows():
    found = Membership.objects.order_by("user__email", "starts_on")
    return list(found.values_list("user__email", "tier__slug", "origin", "starts_on", "ends_on"))


FILE = exports.ghost(
    {"id": "1", "email": "ada@x.io", "complimentary_plan": "true", "tiers": "Gold"},
    {"id": "2", "email": "bo@x.io", "stripe_customer_id": "cus_2", "tiers": "Gold"},
    {"id": "3", "email": "cy@x.io"},
)


def test_members_come_over_with_their_history(gold):
    boss = UserFactory()
    made = start_import(raw=FILE, file_name="members.csv", actor=boss, ends_on=date(2099, 1, 1))
    assert (rows(), MemberImport.objects.get().content != "") == ([], True)
    run_import(made, actor=boss)
    assert rows() == [("ada@x.io", "gold", Origin.COMP, date(2024, 1, 15), date(2099, 1, 1))]
    assert sorted(User.objects.exclude(pk=boss.pk).values_list("email", flat=True)) == [
        "ada@x.io",
        "bo@x.io",
        "cy@x.io",
    ]
    change = MembershipChange.objects.get()
    assert (change.kind, change.actor_kind, change.actor) == (ChangeKind.IMPORTED, ActorKind.STAFF, boss)
    assert change.reason == "Line 2 of members.csv"
    customer = ImportedCustomer.objects.get()
    assert (customer.stripe_id, customer.user.email, customer.line) == ("cus_2", "bo@x.io", 3)
    made.refresh_from_db()
    assert made.content == ""
    assert made.result == {"member": 1, "reader": 2, "people": 3, "customers": 1}
    assert User.objects.get(email="ada@x.io").date_joined.date() == date(2024, 1, 15)


@pytest.mark.parametrize("ends_on", [None, date(2098, 1, 1)])
def test_same_file_again_changes_nothing(gold, ends_on):
    bring(FILE)
    before = (
        rows(),
        User.objects.count(),
        MembershipChange.objects.count(),
        ImportedCustomer.objects.count(),
    )
    made = bring(FILE, ends_on=ends_on)
    assert made.result == {"there": 1, "reader": 2, "people": 0, "customers": 1}
    run_import(made, actor=None)
    after = (rows(), User.objects.count(), MembershipChange.objects.count(), ImportedCustomer.objects.count())
    assert after == before


def test_who_was_ended_early_stays_ended_when_the_file_comes_again(gold):
    bring(FILE)
    Membership.objects.update(ends_on=timezone.localdate())
    bring(FILE)
    assert [row[4] for row in rows()] == [timezone.localdate()]


def test_later_export_adds_what_is_new_in_it(gold):
    row = {"Email": "ada@x.io", "User ID": "1"}
    bring(exports.patreon(row | {"Next Charge Date": "2026-09-11"}))
    bring(exports.patreon(row | {"Next Charge Date": "2026-10-11"}))
    assert [row[4] for row in rows()] == [date(2026, 9, 11), date(2026, 10, 11)]


def test_line_that_says_the_same_again_makes_nothing(gold):
    row = {"id": "1", "email": "ada@x.io", "complimentary_plan": "true", "tiers": "Gold"}
    made = bring(exports.ghost(row, row))
    assert (made.result["member"], made.result["there"], len(rows())) == (1, 1, 1)


def test_tiers_are_guessed_by_name_and_decided_by_hand(gold):
    comp = {"complimentary_plan": "true"}
    made = look(
        exports.ghost(
            {"id": "1", "email": "a@x.io", "tiers": "GOLD"} | comp,
            {"id": "2", "email": "b@x.io", "tiers": "Silver, old"} | comp,
            {"id": "3", "email": "c@x.io"} | comp,
        )
    )
    assert plan(made).unmapped == ["Silver, old", ""]
    with pytest.raises(CannotImport):
        run_import(made, actor=None)
    decide_tiers(made, {"Silver, old": gold, "": None})
    run_import(made, actor=None)
    assert [row[:2] for row in rows()] == [("a@x.io", "gold"), ("b@x.io", "gold")]
    assert User.objects.filter(email="c@x.io").exists()


def test_file_with_a_problem_brings_nobody_over(gold):
    CustomerFactory(stripe_id="cus_taken", user=UserFactory(email="owner@x.io"))
    yes = {"complimentary_plan": "true", "tiers": "Gold"}
    made = look(
        exports.ghost(
            {"id": "1", "email": "ada@x.io"} | yes,
            {"id": "2", "email": "nobody"} | yes,
            {"id": "3", "email": "bo@x.io", "created_at": "2150-01-01"} | yes,
            {"id": "4", "email": "cy@x.io", "stripe_customer_id": "cus_taken"},
            {"id": "5", "email": "di@x.io", "stripe_customer_id": "cus_new"},
            {"id": "6", "email": "ed@x.io", "stripe_customer_id": "cus_new"},
        )
    )
    told = [(each.line, each.column, each.cell) for each in plan(made).problems]
    assert told == [
        (3, "email", "nobody"),
        (4, "", ""),
        (5, "stripe_customer_id", "cus_taken"),
        (7, "stripe_customer_id", "cus_new"),
    ]
    with pytest.raises(CannotImport):
        run_import(made, actor=None)
    assert (rows(), User.objects.count()) == ([], 1)


def test_what_fails_half_way_leaves_nothing(gold, monkeypatch):
    def fail(*args):
        raise IntegrityError("away")

    made = look(FILE)
    monkeypatch.setattr(running, "_queue_customers", fail)
    with pytest.raises(IntegrityError):
        run_import(made, actor=None)
    made.refresh_from_db()
    assert (rows(), User.objects.count(), MembershipChange.objects.count()) == ([], 0, 0)
    assert made.content != ""


@pytest.mark.parametrize(
    ("raw", "how", "words"),
    [
        (b"a,b\n1,2\n", {}, "This is none."),
        (FILE, {"format_name": "patreon"}, "This is no export of Patreon; its header is that of Ghost."),
        (b"\x00", {}, "The file is no text."),
    ],
)
def test_file_of_somebody_else_is_refused(raw, how, words):
    with pytest.raises(Unreadable, match=words):
        look(raw, **how)
    assert MemberImport.objects.count() == 0


def test_file_that_nobody_brought_over_is_forgotten(gold):
    made = look(FILE)
    MemberImport.objects.update(created_at=timezone.now() - timedelta(days=2))
    asked, done, fresh = look(FILE), bring(FILE), look(FILE)
    for old in (asked, done):
        MemberImport.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=2))
    MemberImport.objects.filter(pk=asked.pk).update(asked_at=timezone.now())
    forget_unused()
    assert set(MemberImport.objects.values_list("pk", flat=True)) == {asked.pk, done.pk, fresh.pk}
    assert made.pk not in {asked.pk, done.pk, fresh.pk}
