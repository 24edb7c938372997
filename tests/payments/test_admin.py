import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.test import RequestFactory
from django.urls import reverse

from demo.seeding.people import seed_accounts
from members.models import Gift, MailBounce, Membership, OutgoingMail, Signup, User
from payments.checking.running import check_books
from payments.models import (
    Alarm,
    BalanceTransaction,
    BookCheck,
    Checkout,
    Cursor,
    Customer,
    Dispute,
    LedgerEntry,
    Payment,
    Payout,
    Refund,
    RefundProposal,
    StripeEvent,
    Subscription,
)
from tests.factories.members import UserFactory
from tests.support.queries import count_queries
from tests.support.rich_books import rich_books
from tests.support.rollback import rolled_back

pytestmark = pytest.mark.django_db

OF_MEMBERS = [Gift, MailBounce, Membership, OutgoingMail, Signup]
OF_PAYMENTS = [
    Alarm,
    BalanceTransaction,
    BookCheck,
    Checkout,
    Cursor,
    Customer,
    Dispute,
    LedgerEntry,
    Payment,
    Payout,
    Refund,
    RefundProposal,
    StripeEvent,
    Subscription,
]
PROPOSALS = "/admin/payments/refundproposal/"


@pytest.fixture(scope="module")
def rows(django_db_setup, django_db_blocker):
    """Rich books, made once for all tests here."""
    with django_db_blocker.unblock(), rolled_back():
        rich_books()
        mail = OutgoingMail.objects.create(kind="welcome", reference="1", recipient="ada@example.org")
        MailBounce.objects.create(
            address="ada@example.org", kind="hard", detail="550 no such user", mail=mail
        )
        check_books(is_offline=True)
        seed_accounts()
        yield


@pytest.fixture
def boss(client, rows):
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    return client


@pytest.fixture
def sign_in(client, rows):
    """Signs in whoever has the address."""

    def sign_in(email):
        client.force_login(User.objects.get(email=email))
        return client

    return sign_in


@pytest.mark.parametrize("model", OF_MEMBERS + OF_PAYMENTS, ids=lambda model: model.__name__)
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
    gift = Gift.objects.latest("pk")
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


# --- finding one's way ------------------------------------------------------------------------------


def page_of(client, row):
    return client.get(address_of(row)).content.decode()


def address_of(row):
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def payment_of(name):
    return Payment.objects.filter(checkout__email=f"{name}@example.org").earliest("pk")


@pytest.mark.parametrize("related", ["refunds", "disputes", "ledger_entries"])
def test_payment_links_to_what_became_of_it_and_back(boss, related):
    payment = payment_of("nora" if related == "disputes" else "bob")
    found = getattr(payment, related).all()
    page = page_of(boss, payment)
    assert found.count() > 0
    for row in found:
        assert f'href="{address_of(row)}' in page
        assert f'href="{address_of(payment)}' in page_of(boss, row)


def test_entry_movement_and_payout_lead_to_each_other(boss):
    payout = Payout.objects.get(status="paid")
    movement = payout.transactions.earliest("pk")
    entry = LedgerEntry.objects.get(source=movement.stripe_id)

    def lists(path, *wanted):
        page = boss.get(path).content.decode()
        return [f'href="{address_of(row)}' in page for row in wanted]

    inside = f"/admin/payments/balancetransaction/?payout__id__exact={payout.pk}"
    assert f'href="{inside}"' in page_of(boss, payout)
    assert set(lists(inside, *payout.transactions.all())) == {True}
    assert lists(inside, BalanceTransaction.objects.filter(payout=None).first()) == [False]
    entries = f"/admin/payments/ledgerentry/?q={movement.stripe_id}"
    assert f'href="{entries}"' in page_of(boss, movement)
    assert lists(entries, entry) == [True]
    movements = f"/admin/payments/balancetransaction/?q={movement.stripe_id}"
    assert f'href="{movements}"' in page_of(boss, entry)
    assert lists(movements, movement) == [True]


@pytest.mark.parametrize("model", OF_PAYMENTS, ids=lambda model: model.__name__)
def test_list_of_many_rows_needs_few_queries(boss, model):
    """Not one more for each row."""
    path = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    assert count_queries(boss, path) <= 12


# --- what should go back, and stays -----------------------------------------------------------------


def keep(client, *proposals):
    asked = {"action": "keep", "_selected_action": [proposal.pk for proposal in proposals]}
    return client.post(PROPOSALS, asked, follow=True)


def test_finance_keep_the_money_and_the_reader_has_what_they_paid_for(sign_in):
    finance = sign_in("finance@example.org")
    (waiting,) = RefundProposal.objects.open()
    assert not Membership.objects.filter(payment=waiting.payment).exists()
    page = keep(finance, *RefundProposal.objects.all())
    assert "1 payment counts from now on." in page.content.decode()
    assert list(RefundProposal.objects.open()) == []
    waiting.refresh_from_db()
    assert waiting.dismissed_by.email == "finance@example.org"
    assert Membership.objects.get(payment=waiting.payment).user == waiting.payment.user
    assert Alarm.objects.open().filter(subject=waiting.payment.charge_id).count() == 0
    assert "0 payments count from now on." in keep(finance, waiting).content.decode()


@pytest.mark.usefixtures("rows")
def test_who_may_only_look_cannot_keep_the_money(client):
    auditor = UserFactory(is_staff=True)
    auditor.user_permissions.set(Permission.objects.filter(codename="view_refundproposal"))
    client.force_login(auditor)
    (waiting,) = RefundProposal.objects.open()
    page = keep(client, waiting).content.decode()
    assert waiting.payment.charge_id in page
    assert "Keep the money" not in page
    assert list(RefundProposal.objects.open()) == [waiting]


@pytest.mark.parametrize(
    ("outcome", "emails"),
    [("open", {"rosa@example.org"}), ("kept", {"sara@example.org"}), ("returned", set())],
)
def test_proposals_are_listed_by_what_became_of_them(boss, outcome, emails):
    listed = boss.get(f"{PROPOSALS}?outcome={outcome}").context["cl"].result_list
    assert {proposal.payment.user.email for proposal in listed} == emails


# --- who may see what -------------------------------------------------------------------------------


def statuses(client, models):
    names = [f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist" for model in models]
    return {client.get(reverse(name)).status_code for name in names}


@pytest.mark.parametrize(
    ("email", "payments", "members"),
    [
        ("finance@example.org", {200}, {403}),
        ("staff@example.org", {403}, {200}),
        ("reader@example.org", {302}, {302}),
    ],
)
def test_each_role_sees_its_own_rooms(sign_in, email, payments, members):
    client = sign_in(email)
    assert (statuses(client, OF_PAYMENTS), statuses(client, OF_MEMBERS)) == (payments, members)


@pytest.mark.usefixtures("rows")
def test_finance_may_look_at_money_and_act_on_what_waits_for_a_person():
    finance = User.objects.get(email="finance@example.org")
    assert {each for each in finance.get_all_permissions() if ".view_" not in each} == {
        "payments.change_alarm",
        "payments.change_refundproposal",
        "payments.change_stripeevent",
    }


def test_mail_that_came_back_says_so_on_its_page(boss):
    mail = OutgoingMail.objects.get(recipient="ada@example.org", reference="1")
    page = boss.get(f"/admin/members/outgoingmail/{mail.pk}/change/").content.decode()
    assert "550 no such user" in page
