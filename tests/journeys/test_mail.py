import pytest

from members.enums import BounceKind
from members.mails.cast import LONG, USUAL
from members.models import MailBounce
from members.outbox.previewing import find, previews
from tests.factories.members import UserFactory
from tests.journeys.test_staff import sign_in
from tests.support.browser import PHONE, violations
from tests.support.letters import html_of

pytestmark = pytest.mark.browser


def shown(person):
    return person.page.frame_locator("iframe")


def background(person):
    """The mail's, as the browser paints it."""
    return shown(person).locator("body").evaluate("body => getComputedStyle(body).backgroundColor")


def test_staff_look_at_a_mail_by_keyboard_and_send_it_to_themselves(person, campaign):
    """On a phone without JavaScript; then they read it in the mailbox, and its button leads to the account."""
    boss = UserFactory(is_staff=True, is_superuser=True).email
    MailBounce.objects.create(address="ada@example.org", kind=BounceKind.HARD, event_id="1")
    staff = person(viewport=PHONE, java_script_enabled=False)
    sign_in(staff, boss, to="/staff/")
    staff.page.get_by_role("link", name="Mail", exact=True).first.click()
    staff.page.get_by_role("button", name="Write to ada@example.org again").press("Enter")
    staff.sees("ada@example.org is written to again")
    staff.sees("Mail reaches everybody")
    staff.page.get_by_role("link", name="Welcome to a new member").press("Enter")
    staff.is_at("Welcome to a new member")
    shown(staff).get_by_text("Lantern member").wait_for()
    light = background(staff)
    staff.page.get_by_role("link", name="Dark").press("Enter")
    staff.page.locator('a[aria-current]:text("Dark")').wait_for()
    assert background(staff) != light
    staff.page.get_by_role("link", name="Long names").press("Enter")
    shown(staff).get_by_text("Founding Benefactor & Friend").wait_for()
    assert background(staff) != light
    staff.page.get_by_role("button", name=f"Send it to {boss}").press("Enter")
    staff.sees(f"Sent to {boss}.")

    staff.go("/demo/mail/")
    staff.follow("[Test] Welcome to The Lantern")
    with staff.page.expect_popup() as opened:
        shown(staff).get_by_role("link", name="Go to your account").click()
    opened.value.get_by_role("heading", name="Your account").first.wait_for()


@pytest.fixture
def phone(chromium):
    """A page of no site: what a mail looks like in a mail program."""
    page = chromium.new_page(viewport=PHONE)
    yield page
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_mails(phone, scheme):
    phone.emulate_media(color_scheme=scheme)
    found = {}
    for slug in ("gift_ready", "login_code", "unknown_account", "alarms"):
        phone.set_content(html_of(find(slug).write(USUAL)))
        found[slug] = violations(phone)
    assert found == {slug: [] for slug in found}


def test_no_mail_is_wider_than_a_phone_however_long_the_names(phone):
    wide = []
    for preview in previews():
        phone.set_content(html_of(preview.write(LONG)))
        if phone.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            wide.append(preview.slug)
    assert wide == []
