from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from members.importing import running, table
from members.models import (
    ImportedCustomer,
    ImportedProduct,
    ImportedSubscription,
    MemberImport,
    Membership,
    MembershipChange,
)
from payments.enums import QueueState
from tests.factories.members import ImportedMembershipFactory, TierFactory, UserFactory
from tests.support import exports
from tests.support.queries import count_queries
from tests.support.words import words

pytestmark = pytest.mark.django_db

IMPORTS, EXPORT = "/staff/members/import/", "/staff/members/export.csv"


@pytest.fixture
def boss(client):
    user = UserFactory(email="boss@example.org", is_staff=True)
    may = ["view_membership", "add_memberimport", "export_members"]
    user.user_permissions.set(Permission.objects.filter(codename__in=may))
    client.force_login(user)
    client.user = user
    return client


@pytest.fixture
def gold():
    return TierFactory(name="Gold", slug="gold")


def upload(client, raw, **how):
    day = timezone.localdate() + timedelta(days=365)
    file = SimpleUploadedFile("members.csv", raw, content_type="text/csv")
    return client.post(IMPORTS, {"file": file, "ends_on": day.isoformat()} | how)


def page_of(made):
    return f"{IMPORTS}{made.pk}/"


COMP = {"complimentary_plan": "true", "tiers": "Gold"}
GOOD = exports.ghost({"id": "1", "email": "ada@x.io"} | COMP, {"id": "2", "email": "bo@x.io"})


def test_support_may_neither_import_nor_export(support):
    for path in (IMPORTS, f"{IMPORTS}1/", EXPORT):
        assert support.get(path).status_code == 403
    assert "Bring members over" not in words(support, "/staff/members/")


def test_file_is_looked_at_first_and_brought_over_by_a_button(boss, gold):
    assert f'href="{IMPORTS}"' in words(boss, "/staff/members/")
    response = upload(boss, GOOD)
    made = MemberImport.objects.get()
    assert response.url == page_of(made)
    page = words(boss, page_of(made))
    for said in (
        "An export of Ghost",
        "nothing has been changed yet",
        "ada@x.io",
        "Account only",
        "Bring them over",
    ):
        assert said in page
    assert Membership.objects.count() == 0
    boss.post(page_of(made), {"act": "run"})
    assert "A worker is bringing these members over" in words(boss, page_of(made))
    assert Membership.objects.count() == 0
    boss.post(page_of(made), {"act": "tiers", "tier_0": "0"})
    running.run_asked()
    boss.post(page_of(made), {"act": "run"})
    assert Membership.objects.get().user.email == "ada@x.io"
    assert MembershipChange.objects.get().actor == boss.user
    assert "Brought over on" in words(boss, page_of(made))
    assert "members.csv" in words(boss, IMPORTS)


def test_problems_are_told_by_line_with_the_words_of_the_cell(boss, gold):
    upload(
        boss, exports.ghost({"id": "1", "email": "<nobody>"} | COMP, {"id": "2", "email": "bo@x.io"} | COMP)
    )
    made = MemberImport.objects.get()
    page = words(boss, page_of(made))
    for said in ("1 line cannot be brought over", "Line 2", "“&lt;nobody&gt;”", "This is no email address."):
        assert said in page
    assert "Bring them over" not in page
    response = boss.post(page_of(made), {"act": "run"}, follow=True)
    assert "Nothing was brought over" in response.content.decode()
    assert Membership.objects.count() == 0


def test_tiers_of_theirs_are_chosen_on_the_page(boss):
    ours = TierFactory(name="Keeper", slug="keeper")
    upload(boss, GOOD)
    made = MemberImport.objects.get()
    page = words(boss, page_of(made))
    assert "Gold (1 line)" in page
    assert "Choose above what their tiers are here" in page
    assert boss.post(page_of(made), {"act": "tiers", "tier_0": ""}).status_code == 422
    boss.post(page_of(made), {"act": "tiers", "tier_0": str(ours.pk)})
    boss.post(page_of(made), {"act": "run"})
    running.run_asked()
    assert Membership.objects.get().tier == ours


def test_what_fails_in_the_worker_is_told_and_can_be_asked_for_again(boss, gold, monkeypatch):
    def fail(*args):
        raise RuntimeError("the disk is full")

    upload(boss, GOOD)
    made = MemberImport.objects.get()
    with monkeypatch.context() as broken:
        broken.setattr(running, "_queue_customers", fail)
        boss.post(page_of(made), {"act": "run"})
        running.run_asked()
    page = words(boss, page_of(made))
    assert "the disk is full" in page
    assert (Membership.objects.count(), "Bring them over" in page) == (0, True)
    boss.post(page_of(made), {"act": "run"})
    running.run_asked()
    assert Membership.objects.count() == 1


@pytest.mark.parametrize(
    ("raw", "how", "said"),
    [
        (b"", {}, "The file is empty."),
        (b"a,b\n1,2\n", {}, "This is none."),
        (b"\x00", {}, "The file is no text."),
        (b"x" * 2000, {}, "The file is larger than"),
        (GOOD, {"ends_on": "soon"}, "This is not a day."),
    ],
)
def test_file_that_is_none_is_refused_in_words(boss, raw, how, said, monkeypatch):
    monkeypatch.setattr("members.views.staff.importing.LARGEST", 1500)
    monkeypatch.setattr(table, "LARGEST", 1500)
    response = upload(boss, raw, **how)
    assert (response.status_code, MemberImport.objects.count()) == (422, 0)
    assert said in response.content.decode()


def done(lines, *, state=QueueState.DONE, error="", tier=None):
    made = MemberImport.objects.create(
        format="ghost", file_name="ghost.csv", ends_on=timezone.localdate(), done_at=timezone.now(),
        result={"reader": lines, "customers": lines},
    )  # fmt: skip
    more(made, lines, state=state, error=error, tier=tier)
    return made


def more(made, lines, *, state=QueueState.DONE, error="", tier=None):
    product, _ = ImportedProduct.objects.get_or_create(product_id="prod_1", name="Mug", tier=tier)
    for _number in range(lines):
        user = UserFactory()
        customer = ImportedCustomer.objects.create(
            member_import=made, line=2, user=user, stripe_id=f"cus_{user.pk}", state=state, error=error,
            processed_at=timezone.now(),
        )  # fmt: skip
        ImportedSubscription.objects.create(
            stripe_id=f"sub_{user.pk}", customer=customer, product=product, amount=900, currency="EUR",
            interval="month",
        )  # fmt: skip


def test_what_stripe_charges_is_shown_and_decided_about(boss, gold):
    made = done(2)
    page = words(boss, page_of(made))
    for said in ("0 subscriptions are ours now", "Mug (2 not taken over)", "Left alone", "€9 · month · sub_"):
        assert said in page
    boss.post(page_of(made), {"act": "products", "tier_0": str(gold.pk)})
    assert ImportedProduct.objects.get().tier == gold
    assert set(ImportedCustomer.objects.values_list("state", flat=True)) == {QueueState.PENDING}
    assert "2 customers are still to be read" in words(boss, page_of(made))


def test_customer_that_could_not_be_read_is_shown_and_tried_again(boss):
    made = done(2, state=QueueState.PARKED, error="NoCustomer: Stripe knows no customer")
    page = words(boss, page_of(made))
    assert ("Stripe knows no customer" in page, "NoCustomer" in page) == (True, False)
    first, second = ImportedCustomer.objects.order_by("pk")
    response = boss.post(page_of(made), {"act": "retry", "customer": first.pk}, follow=True)
    assert "1 customer is read again." in response.content.decode()
    boss.post(page_of(made), {"act": "retry", "customer": "x"})
    boss.post(page_of(made), {"act": "nonsense"})
    second.refresh_from_db()
    assert second.state == QueueState.PARKED


def test_pages_take_as_many_queries_for_fifty_rows_as_for_one(boss, gold):
    made = done(1, state=QueueState.PARKED, error="away")
    few = count_queries(boss, page_of(made))
    more(made, 50, state=QueueState.PARKED, error="away")
    assert count_queries(boss, page_of(made)) == few
    lines = [{"id": str(number), "email": f"a{number}@x.io"} | COMP for number in range(51)]
    upload(boss, exports.ghost(*lines[:1]))
    few = count_queries(boss, page_of(MemberImport.objects.latest("pk")))
    upload(boss, exports.ghost(*lines))
    latest = MemberImport.objects.latest("pk")
    assert count_queries(boss, page_of(latest)) == few
    assert "The first 50 of 51." in words(boss, page_of(latest))


def test_export_is_a_file_and_who_took_it_is_written_down(boss):
    today = timezone.localdate()
    row = ImportedMembershipFactory(starts_on=today, ends_on=today + timedelta(days=9))
    response = boss.get(EXPORT)
    lines = b"".join(response.streaming_content).decode().splitlines()
    assert response["Content-Disposition"] == f'attachment; filename="members-{today}.csv"'
    assert (lines[0], len(lines)) == (exports.GROUNDSWELL, 2)
    assert lines[1].startswith(f"{row.user.email},")
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_repr) == (boss.user, "members.csv")
