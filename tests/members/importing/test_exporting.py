import csv
import io
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from members.enums import Origin
from members.importing.exporting import COLUMNS, export_members
from members.models import ImportedCustomer, Membership, MembershipChange, User
from members.selling.joining import start_signup
from payments import recording
from tests.factories.members import ImportedMembershipFactory, PlanFactory, TierFactory, UserFactory
from tests.factories.payments import CustomerFactory
from tests.support import exports
from tests.support.stripe_side import StripeSide

pytestmark = pytest.mark.django_db


def exported():
    text = b"".join(export_members()).decode()
    return list(csv.DictReader(io.StringIO(text)))


def paid(email, **plan):
    side = StripeSide(start_signup(plan=PlanFactory(**plan), amount=1000, email=email).checkout)
    recording.record(side.session())
    return side


def test_each_membership_has_a_line_and_so_has_who_has_none():
    side = paid("ada@x.io", tier=TierFactory(slug="gold"))
    UserFactory(email="=cmd@x.io")
    CustomerFactory(stripe_id="cus_other", user=UserFactory(email="zoe@x.io"))
    UserFactory(is_staff=True)
    UserFactory(is_active=False)
    ada, cmd, zoe = exported()
    assert (ada["email"], ada["tier"], ada["origin"]) == ("ada@x.io", "gold", "paid")
    assert ada["stripe_customer_id"] == f"cus_{side.number}"
    assert ada["stripe_subscription_id"] == f"sub_{side.number}"
    assert (cmd["email"], cmd["origin"]) == ("'=cmd@x.io", "")
    assert (zoe["email"], zoe["stripe_customer_id"]) == ("zoe@x.io", "cus_other")
    assert tuple(ada) == COLUMNS == tuple(exports.GROUNDSWELL.split(","))


def test_what_went_back_is_left_out():
    side = paid("ada@x.io")
    recording.record(side.affairs(refunds=[side.refund(1000)]))
    (row,) = exported()
    assert (row["email"], row["origin"]) == ("ada@x.io", "")


def test_export_brought_over_into_an_empty_database_is_the_same(tmp_path):
    today = timezone.localdate()
    gold = TierFactory(slug="gold")
    for number, origin in enumerate([Origin.COMP, Origin.IMPORT, Origin.COMP]):
        row = ImportedMembershipFactory(
            origin=origin,
            tier=gold,
            starts_on=today,
            ends_on=today + timedelta(days=number + 1),
            campaign_code="x",
        )
    ImportedMembershipFactory(
        user=row.user, origin=Origin.COMP, tier=gold, starts_on=today, ends_on=today + timedelta(days=99)
    )
    UserFactory(email="=cmd@x.io")
    CustomerFactory(stripe_id="cus_1", user=row.user).delete()
    before, file = exported(), tmp_path / "members.csv"
    call_command("export_members", output=str(file))
    Membership.objects.all().delete()
    User.objects.all().delete()
    call_command("import_members", str(file))
    assert exported() == before
    assert MembershipChange.objects.count() == 4
    call_command("import_members", str(file))
    assert (exported(), ImportedCustomer.objects.count()) == (before, 0)


def test_what_was_paid_for_is_brought_over_as_paid_elsewhere(tmp_path):
    side = paid("ada@x.io", tier=TierFactory(slug="gold"))
    file = tmp_path / "members.csv"
    call_command("export_members", output=str(file))
    call_command("import_members", str(file))
    # Where it is there already, it is not there twice.
    assert Membership.objects.get().origin == Origin.PAID
    assert ImportedCustomer.objects.get().stripe_id == f"cus_{side.number}"


def test_command_looks_first_and_tells_what_is_wrong(tmp_path, capsys):
    TierFactory(slug="keeper")
    file = tmp_path / "members.csv"
    comp = {"complimentary_plan": "true", "tiers": "Gold"}
    file.write_bytes(
        exports.ghost({"id": "1", "email": "ada@x.io"} | comp, {"id": "2", "email": "bo"} | comp)
    )
    with pytest.raises(CommandError, match="Nothing was changed"):
        call_command("import_members", str(file))
    told = capsys.readouterr()
    assert "line 3: email: “bo” This is no email address." in told.err
    assert 'Say which tier of ours “Gold” is: --tier "Gold=…"' in told.err
    file.write_bytes(exports.ghost({"id": "1", "email": "ada@x.io"} | comp))
    call_command("import_members", str(file), "--dry-run", "--tier", "Gold=keeper")
    assert "1  Membership" in capsys.readouterr().out
    assert Membership.objects.count() == 0
    call_command("import_members", str(file), "--tier", "Gold=keeper", "--until", "2099-01-01")
    assert Membership.objects.get().ends_on.year == 2099
    with pytest.raises(CommandError, match="We have no tier gold, but keeper"):
        call_command("import_members", str(file), "--tier", "Gold=gold")
    with pytest.raises(CommandError, match="No such file"):
        call_command("import_members", str(tmp_path / "none.csv"))
