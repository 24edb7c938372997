"""Staff give a membership, bring members over and what Stripe charges them, and take everybody along."""

import pytest
import stripe

from demo.seeding.people import seed_accounts
from members.models import Membership
from payments.models import Subscription
from tests.journeys.test_staff import sign_in
from tests.support import exports
from tests.support.browser import DESKTOP, PHONE
from tests.support.stack import wait_for

pytestmark = pytest.mark.browser

BO = {"id": "2", "email": "bo@example.net", "complimentary_plan": "true", "tiers": "Gold"}


@pytest.fixture
def sold_elsewhere(campaign, stack):
    """Ghost's customer at our Stripe account, with a subscription; the customer's id."""
    api = stripe.StripeClient("sk_test_groundswell_tests", base_addresses={"api": stack.sandbox}).v1
    customer = api.customers.create({"email": "cy@example.net"}).id
    method = api.payment_methods.attach("pm_card_visa", {"customer": customer})
    api.customers.update(customer, {"invoice_settings": {"default_payment_method": method.id}})
    price = {
        "currency": "eur", "unit_amount": 900, "recurring": {"interval": "month"}, "product_data": {"name": "Gold"},
    }  # fmt: skip
    api.subscriptions.create({"customer": customer, "items": [{"price": api.prices.create(price).id}]})
    return customer


def seen(staff):
    """The page is fit for everybody, and as wide as the screen."""
    if not staff.has_scripts:
        return  # axe is one
    assert staff.axe_violations() == []
    assert not staff.page.evaluate("document.documentElement.scrollWidth > window.innerWidth")


def choose_file(staff, raw, name):
    file = {"name": name, "mimeType": "text/csv", "buffer": raw}
    staff.page.get_by_label("CSV file").set_input_files(file)
    staff.press("Look at the file")
    staff.is_at(name)


def look_until(staff, words):
    def found():
        staff.page.reload()
        return staff.page.get_by_text(words).count() > 0

    wait_for(found, what=words)


@pytest.mark.parametrize(
    ("viewport", "has_scripts"), [(PHONE, True), (DESKTOP, False)], ids=["phone", "desktop, no scripts"]
)
def test_staff_give_bring_over_and_take_along(person, sold_elsewhere, viewport, has_scripts):
    seed_accounts()
    staff = person(viewport=viewport, java_script_enabled=has_scripts)
    staff.has_scripts = has_scripts
    sign_in(staff, "staff@example.org", to="/staff/")
    staff.follow("Members")
    seen(staff)
    _give(staff)
    staff.follow("Members")
    staff.follow("Bring members over")
    seen(staff)
    _bring_over(staff, sold_elsewhere)
    _take_over(staff)
    staff.go("/staff/members/import/")
    with staff.page.expect_download() as download:
        staff.follow("Download all members (CSV)")
    rows = download.value.path().read_text().splitlines()
    assert rows[0] == exports.GROUNDSWELL
    for email in ("choir@example.net", "bo@example.net", "cy@example.net"):
        assert [row for row in rows if row.startswith(f"{email},")]


def _give(staff):
    staff.follow("Give a membership")
    staff.fill("Email", "choir@example.net")
    staff.page.get_by_label("Tier").select_option(label="Lantern keeper")
    staff.press("Give it")
    staff.is_at("Please check the form")
    seen(staff)
    staff.page.get_by_label("Reason").last.fill("Sang at the birthday party")
    staff.press("Give it")
    staff.sees("choir@example.net has Lantern keeper until")
    staff.sees("“Sang at the birthday party”")
    seen(staff)
    wait_for(lambda: staff._mails("choir@example.net"), what="a mail to the choir")
    staff.follow("Change the end")
    seen(staff)


def _bring_over(staff, customer):
    nobody = {"id": "1", "email": "nobody", "complimentary_plan": "true", "tiers": "Gold"}
    choose_file(staff, exports.ghost(nobody, BO), "broken.csv")
    staff.sees("1 line cannot be brought over")
    staff.sees("“nobody”")
    seen(staff)
    staff.go("/staff/members/import/")
    cy = {"id": "3", "email": "cy@example.net", "stripe_customer_id": customer, "tiers": "Gold"}
    choose_file(staff, exports.ghost(BO, cy), "ghost.csv")
    staff.page.get_by_label("Gold (1 line)").select_option(label="Lantern keeper")
    staff.press("Keep, and look again")
    seen(staff)
    assert Membership.objects.filter(user__email="bo@example.net").count() == 0
    staff.press("Bring them over")
    look_until(staff, "Brought over on")
    assert Membership.objects.filter(user__email="bo@example.net").count() == 1


def _take_over(staff):
    look_until(staff, "Gold (1 not taken over)")
    seen(staff)
    staff.page.get_by_label("Gold (1 not taken over)").select_option(label="Lantern member")
    staff.press("Keep, and take those over")
    look_until(staff, "1 subscription is ours now")
    cy = Subscription.objects.get(customer__user__email="cy@example.net")
    assert cy.memberships.get().is_active
    staff.go("/staff/members/?q=cus_")
    staff.fill("Address, name on a gift, or Stripe id", cy.stripe_id)
    staff.press("Find")
    staff.follow("cy@example.net")
    staff.sees("next charge")
