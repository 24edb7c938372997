"""The hosted pages as a person meets them: by label and role, on a phone and on a desk, by day and by night."""

import pytest

from tests.sandbox.builders import charge_from_now_on, monthly, new_customer, one_time, subscribing
from tests.support.browser import press, violations

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 860}

pytestmark = pytest.mark.browser


@pytest.fixture(params=[(PHONE, "light"), (DESK, "dark")], ids=["phone by day", "desk by night"])
def page(chromium, request):
    viewport, scheme = request.param
    context = chromium.new_context(viewport=viewport, color_scheme=scheme)
    page = context.new_page()
    page.set_default_timeout(10_000)
    page.complaints = []
    page.on("console", lambda said: page.complaints.append(said.text) if said.type == "error" else None)
    yield page
    assert page.complaints == []
    context.close()


def fill(page, number):
    page.get_by_label("Card number").fill(number)
    page.get_by_label("Expiry date").fill("12 / 34")
    page.get_by_label("Security code").fill("123")
    page.get_by_label("Name on card").fill("Ada Lovelace")


def is_wider_than_the_screen(page):
    return page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")


def test_declined_card_then_a_bank_that_asks_then_paid(page, client, sandbox):
    session = client.checkout.sessions.create(one_time(success_url=f"{sandbox.base_url}/?paid"))
    page.goto(session.url)
    page.get_by_label("Email").fill("ada@example.org")
    fill(page, "4000 0000 0000 0002")
    press(page.get_by_role("button", name="Pay €25.00"))
    assert "Nothing was charged" in page.get_by_role("alert").inner_text()
    assert page.get_by_label("Email").input_value() == "ada@example.org"
    assert violations(page) == []

    fill(page, "4000 0027 6000 3184")
    press(page.get_by_role("button", name="Pay €25.00"))
    assert violations(page) == []
    assert not is_wider_than_the_screen(page)
    press(page.get_by_role("button", name="Complete authentication"))

    page.wait_for_url("**/?paid")
    assert client.checkout.sessions.retrieve(session.id).payment_status == "paid"


def test_mistakes_are_summed_up_and_the_first_has_the_focus(page, client):
    page.goto(client.checkout.sessions.create(subscribing()).url)
    page.get_by_text("Test cards").click()
    assert violations(page) == []

    press(page.get_by_role("button", name="Subscribe"))

    assert page.get_by_role("alert").get_by_role("link").count() == 5
    assert page.evaluate("document.activeElement.id") == "email"
    assert violations(page) == []
    assert not is_wider_than_the_screen(page)


def test_bank_account_instead_of_a_card(page, client, sandbox):
    session = client.checkout.sessions.create(subscribing(success_url=f"{sandbox.base_url}/?paid"))
    page.goto(session.url)
    page.get_by_label("Email").fill("ada@example.org")
    assert page.get_by_label("IBAN").is_visible() is False

    page.get_by_label("SEPA direct debit").check()
    page.get_by_text("Test IBANs").click()
    assert page.get_by_label("Card number").is_visible() is False
    assert violations(page) == []
    assert not is_wider_than_the_screen(page)
    press(page.get_by_role("button", name="Subscribe"))

    assert page.get_by_role("alert").get_by_role("link").count() == 2
    assert page.evaluate("document.activeElement.id") == "iban"
    assert violations(page) == []
    page.get_by_label("IBAN").fill("AT32 1904 3002 3547 3204")
    page.get_by_label("Account holder").fill("Ada Lovelace")
    press(page.get_by_role("button", name="Subscribe"))

    page.wait_for_url("**/?paid")
    assert client.checkout.sessions.retrieve(session.id).payment_status == "unpaid"


def test_ways_to_pay_are_chosen_by_keyboard(page, client):
    page.goto(client.checkout.sessions.create(one_time()).url)
    page.get_by_label("Email").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "iban"


def test_back_leads_to_the_site_and_the_session_can_still_be_paid(page, client, sandbox):
    session = client.checkout.sessions.create(one_time(cancel_url=f"{sandbox.base_url}/?left"))
    page.goto(session.url)
    page.get_by_role("link", name="Back").click()
    page.wait_for_url("**/?left")
    assert client.checkout.sessions.retrieve(session.id).status == "open"


def test_portal_takes_a_new_card_and_leads_to_an_invoice_that_is_paid(page, client, sandbox):
    customer = new_customer(client, email="ada@example.org")
    charge_from_now_on(client, customer, "pm_card_authenticationRequired")
    wanted = {"customer": customer, "items": [{"price": monthly(client)}]}
    subscription = client.subscriptions.create(wanted)
    portal = {"customer": customer, "return_url": f"{sandbox.base_url}/?back"}
    page.goto(client.billing_portal.sessions.create(portal).url)
    assert violations(page) == []

    fill(page, "4000 0000 0000 0002")
    press(page.get_by_role("button", name="Save card"))
    assert "Your card was declined" in page.get_by_role("alert").inner_text()
    assert violations(page) == []
    assert not is_wider_than_the_screen(page)

    page.get_by_role("list").get_by_role("link").click()
    assert violations(page) == []
    assert not is_wider_than_the_screen(page)
    page.get_by_role("link", name="Confirm with your bank").click()
    press(page.get_by_role("button", name="Complete authentication"))

    assert page.get_by_role("heading", name="Paid").is_visible()
    assert violations(page) == []
    assert client.subscriptions.retrieve(subscription.id).status == "active"
