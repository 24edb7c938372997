import pytest

from members.models import Contribution, ContributionReminder, Membership, OutgoingMail, User
from payments.models import LedgerEntry, Payment, Subscription
from tests.support.browser import DESKTOP
from tests.support.stack import wait_for

pytestmark = pytest.mark.browser

DONOR, FAMILY = "dora@example.net", "family@example.net"
HONOREE = "Grace <b>Hopper</b> 👩‍🚀"


def test_donation_in_memory_of_somebody_on_a_phone(reader, campaign):
    reader.go("/demo/article/")
    reader.follow("Give a donation")
    reader.choose("Once")
    reader.choose("Another amount")
    reader.press("Continue to payment")
    reader.sees("You have not been charged")
    found = [reader.axe_violations()]
    reader.page.get_by_label("Your own amount").locator("visible=true").fill("12,50")
    reader.fill("Your email", DONOR)
    dedicate(reader)
    reader.press("Continue to payment")
    reader.sees("€12.50")
    reader.pay()
    reader.is_at("Thank you for your donation")
    reader.sees(HONOREE)
    found.append(reader.axe_violations())

    reader.choose("In six months")
    reader.press("Save")
    wait_for(lambda: ContributionReminder.objects.waiting().count() == 1)
    reader.is_at("Thank you for your donation")
    assert reader.page.get_by_role("radio", name="In six months").is_checked()
    assert_given(campaign)
    reader.go("/account/contributions/")
    sign_in(reader)
    reader.is_at("My donations")
    assert [*found, reader.axe_violations()] == [[], [], []]


def sign_in(reader):
    reader.fill("Email", DONOR)
    reader.press("Send")
    reader.fill("Code", reader.sign_in_code(DONOR))
    reader.press("Sign in")


def dedicate(reader):
    reader.page.get_by_text("In honour or in memory of somebody").click()
    reader.choose("In memory of somebody")
    reader.fill("Whose name", HONOREE)
    reader.fill("Who should hear of it?", "Her family")
    reader.fill("Their email", FAMILY)
    reader.fill("A message to them", "She taught us to read.")


def assert_given(campaign):
    """Paid, posted, thanked for; no membership, and nobody else told yet."""
    given = Contribution.objects.get(email=DONOR)
    payment = Payment.objects.get(checkout=given.checkout_id)
    assert (payment.amount, payment.currency, given.campaign_code) == (1250, "EUR", campaign.slug)
    assert LedgerEntry.objects.filter(payment=payment).count() == 1
    assert Membership.objects.filter(user=given.user).count() == 0
    wait_for(lambda: OutgoingMail.objects.filter(recipient=DONOR, state="done").count() == 1)
    assert not OutgoingMail.objects.filter(recipient=FAMILY).exists()


def test_nudged_to_give_monthly_and_stopped_without_javascript_by_keyboard(person, campaign):
    reader = person(viewport=DESKTOP, java_script_enabled=False)
    keyboard = reader.page.keyboard
    reader.go("/donate/")
    reader.tab_to("Your email")
    keyboard.type(DONOR)
    reader.tab_to("Give €10 a month")
    keyboard.press("Enter")
    reader.pay()
    reader.is_at("Thank you for your donation")
    reader.follow("My donations")
    sign_in(reader)
    reader.sees("Next: €10 on")

    reader.follow("Stop")
    reader.press("Stop the donation")
    reader.sees("Nothing more is charged")
    subscription = Subscription.objects.get(checkout__contribution__email=DONOR)
    assert (subscription.amount, subscription.interval, subscription.is_ending) == (1000, "month", True)
    reader.press("Go on giving")
    reader.sees("Next: €10 on")
    subscription.refresh_from_db()
    assert subscription.is_ending is False
    assert User.objects.get(email=DONOR).contributions.count() == 1
