import pytest

from demo.seeding.people import seed_accounts
from payments.alarms import raise_alarm
from payments.enums import AlarmKind, QueueState
from payments.models import StripeEvent
from tests.factories.payments import StripeEventFactory
from tests.journeys.test_joining import ask_to_join
from tests.support.stack import wait_for

pytestmark = pytest.mark.browser


def sign_in(person, email, to="/admin/"):
    person.go(to)
    person.fill("Email", email)
    person.press("Send")
    person.fill("Code", person.sign_in_code(email))
    person.press("Sign in")


def test_staff_find_the_campaign_and_no_money(person, campaign):
    seed_accounts()
    staff = person()
    sign_in(staff, "staff@example.org")
    staff.is_at("Site administration")
    staff.go("/admin/campaigns/campaign/")
    staff.follow("The Lantern turns five")
    assert staff.page.get_by_label("Goal").input_value() == "1000"
    staff.go("/admin/payments/ledgerentry/")
    staff.is_at("This page is not for everyone")


def test_finance_read_the_ledger_and_can_change_nothing(person, campaign):
    seed_accounts()
    reader, finance = person(), person()
    ask_to_join(reader)
    reader.pay()
    reader.is_at("Welcome")

    sign_in(finance, "finance@example.org")
    finance.follow("Ledger entries")
    finance.page.locator("tbody").get_by_role("link", name="Payment", exact=True).first.click()
    finance.sees("Deferred Membership")
    assert finance.page.get_by_role("button", name="Save").count() == 0
    assert finance.page.get_by_role("link", name="Delete").count() == 0
    finance.go("/admin/members/user/")
    finance.is_at("This page is not for everyone")


@pytest.mark.parametrize("has_scripts", [True, False])
def test_finance_replay_an_event_that_had_failed(person, campaign, has_scripts):
    seed_accounts()
    StripeEventFactory(
        event_id="evt_failed",
        type="brand.new",
        state=QueueState.PARKED,
        attempts=8,
        error="GatewayError: away",
    )
    raise_alarm(kind=AlarmKind.EVENT_PARKED, subject="evt_failed", message="GatewayError: away")
    finance = person(java_script_enabled=has_scripts)
    sign_in(finance, "finance@example.org", to="/account/")
    finance.follow("Staff")
    finance.sees("1 needs a look")
    finance.follow("Books")
    finance.sees("GatewayError: away")
    finance.press("Replay evt_failed")
    finance.sees("1 event is processed again.")
    finance.sees("Nothing.")
    wait_for(lambda: StripeEvent.objects.get(event_id="evt_failed").state == QueueState.DONE)


def test_reader_is_no_staff(person, campaign):
    seed_accounts()
    reader = person()
    sign_in(reader, "reader@example.org", to="/account/")
    reader.sees("Lantern member")
    reader.go("/admin/")
    assert reader.page.get_by_role("heading", name="Site administration").count() == 0
