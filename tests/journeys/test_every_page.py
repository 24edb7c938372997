"""Each page in each state: axe finds nothing, at phone and desktop width, in light and dark."""

import pytest

from members.models import MailBounce, Plan
from payments.alarms import raise_alarm
from payments.enums import AlarmKind, Debt, QueueState
from payments.models import StripeEvent
from tests.factories.members import UserFactory
from tests.factories.payments import StripeEventFactory
from tests.journeys.test_gifting import give
from tests.journeys.test_joining import EMAIL, ask_to_join
from tests.journeys.test_staff import sign_in
from tests.members.views.test_recovery import fail
from tests.support.browser import DESKTOP, PHONE

pytestmark = pytest.mark.browser

PATHS = [
    "/",
    "/join/",
    "/join/?currency=JPY&cancelled=1",
    "/donate/",
    "/donate/?currency=JPY&cancelled=1",
    "/reminders/unknown/",
    "/gift/",
    "/gift/?cancelled=1",
    "/redeem/",
    "/redeem/unknown/",
    "/card/",
    "/card/unknown/",
    "/newsletters/",
    "/demo/article/",
    "/demo/mail/",
    "/campaigns/birthday/",
    "/campaigns/birthday/embed/",
    "/accounts/login/",
    "/accounts/signup/",
]
STAFF_PATHS = [
    "/staff/",
    "/staff/books/",
    "/staff/recovery/",
    "/staff/members/",
    "/staff/mail/",
    "/staff/mail/welcome/?names=long&width=phone",
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_axe_finds_nothing(person, viewport, scheme):
    reader = person(viewport=viewport, color_scheme=scheme)
    found = {}
    for path in PATHS:
        reader.go(path)
        found[path] = reader.axe_violations()
    assert found == {path: [] for path in PATHS}


@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_no_page_is_wider_than_the_screen(person, viewport):
    reader = person(viewport=viewport)
    wide = []
    for path in PATHS:
        reader.go(path)
        if reader.page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            wide.append(path)
    assert wide == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_axe_finds_nothing_on_the_staff_pages(person, viewport, scheme):
    # Each a boss of their own: one address is sent three codes a minute.
    boss = UserFactory(is_staff=True, is_superuser=True).email
    StripeEventFactory.create_batch(
        2, state=QueueState.PARKED, error="GatewayError: " + "no-such-session" * 20
    )
    MailBounce.objects.create(
        address=f"{'a-very-long-name' * 3}@example.org", kind="hard", detail="550 " + "no-such-user" * 20
    )
    for number, end in enumerate((None, Debt.RECOVERED, Debt.LOST)):
        fail(f"owing{number}@example.net", plan=Plan.objects.on_sale("EUR").first(), end=end)
    raise_alarm(kind=AlarmKind.BOOKS_DIFFER, subject="entry_unbalanced: entry 1", message="off by 1 EUR")
    reader = person(viewport=viewport, color_scheme=scheme)
    sign_in(reader, boss, to="/staff/")
    reader.is_at("Staff")
    found, wide = {}, []
    for path in STAFF_PATHS:
        reader.go(path)
        found[path] = reader.axe_violations()
        if reader.page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            wide.append(path)
    assert (found, wide) == ({path: [] for path in STAFF_PATHS}, [])
    StripeEvent.objects.all().delete()


def test_axe_finds_nothing_where_something_went_wrong(reader):
    reader.go("/join/")
    reader.page.locator("form").first.evaluate("form => form.noValidate = true")
    reader.fill("Email", "nobody")
    reader.press("Continue to payment")
    reader.page.get_by_role("alert").first.wait_for()
    assert reader.axe_violations() == []


def test_axe_finds_nothing_on_the_way_of_a_join(reader):
    ask_to_join(reader)
    reader.page.wait_for_url("**/c/pay/**")
    found = [reader.axe_violations()]
    reader.pay()
    reader.is_at("Welcome")
    found.append(reader.axe_violations())
    reader.go("/account/")
    reader.fill("Email", EMAIL)
    reader.press("Send")
    found.append(reader.axe_violations())
    reader.fill("Code", reader.sign_in_code(EMAIL))
    reader.press("Sign in")
    reader.sees("Lantern member")
    found.append(reader.axe_violations())
    assert found == [[], [], [], []]


def test_axe_finds_nothing_on_a_gift(person):
    giver, friend = person(), person()
    link = give(giver)
    found = [giver.axe_violations()]
    friend.go(link)
    found.append(friend.axe_violations())
    assert found == [[], []]
