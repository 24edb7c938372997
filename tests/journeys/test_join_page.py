"""The join page's finer points, each to the end: offers, trials, covered fees, regions, and the thank-you page."""

import pytest

from members.models import IntroductoryOffer, Membership, Plan, Signup, Testimonial
from members.selling.publishing import publish
from payments import catalogue
from payments.models import Payment
from tests.factories.members import UserFactory
from tests.journeys.test_joining import EMAIL
from tests.journeys.test_staff import sign_in
from tests.support.browser import DESKTOP
from tests.support.stack import wait_for

pytestmark = pytest.mark.browser


def stands(reader, text):
    """It is said, and in sight: the page holds the words of every amount."""
    reader.page.get_by_text(text).locator("visible=true").first.wait_for()


def test_offer_with_the_fee_covered_without_javascript(person, campaign):
    IntroductoryOffer.objects.all().delete()
    plan = Plan.objects.get(tier__slug="keeper", interval="month", currency="EUR")
    IntroductoryOffer.objects.create(plan=plan, amount=100, periods=1)
    publish()
    wait_for(lambda: catalogue.drain() == 0, what="the catalogue at Stripe")
    reader = person(java_script_enabled=False)
    reader.go("/join/?plan=keeper&utm_source=letter")
    stands(reader, "€1 today for the first month. Then €20 each month from")
    reader.page.get_by_label("Cover the card fee").check()
    stands(reader, "Adds €0.56: you pay €20.56, and all of the €20 reaches us.")
    stands(reader, "€1.56 today for the first month. Then €20.56 each month from")
    stands(reader, "An evening in the newsroom each spring")
    reader.fill("Email", EMAIL)
    reader.press("Continue to payment")
    reader.pay()
    reader.is_at("Welcome")
    payment = Payment.objects.get(user__email=EMAIL)
    assert (payment.amount, payment.membership.tier.slug) == (156, "keeper")
    assert Signup.objects.get(email=EMAIL).attribution == {"utm_source": "letter"}
    reader.sees("€1.56 received")
    reader.sees(f"€20.56 on {payment.membership.ends_on:%-d %B %Y}")

    reader.fill("Your words", "Nobody else reads the leases.")
    reader.fill("Your name", "Ada")
    reader.press("Send")
    reader.sees("Without your permission we cannot show your words.")
    reader.page.get_by_label("You may show my words").check()
    reader.press("Send")
    reader.sees("We read your words before we show them")
    assert Testimonial.objects.get().text == "Nobody else reads the leases."


def test_trial_takes_nothing_today(person, campaign):
    Plan.objects.filter(tier__slug="member").update(trial_days=14)
    reader = person(viewport=DESKTOP)
    reader.go("/join/")
    stands(reader, "Nothing today: the first 14 days are free.")
    reader.fill("Email", EMAIL)
    reader.press("Continue to payment")
    reader.pay()
    reader.is_at("Welcome")
    reader.sees("Nothing was taken today")
    reader.sees("Free until")
    membership = Membership.objects.get(user__email=EMAIL)
    assert (membership.origin, Payment.objects.filter(user__email=EMAIL).count()) == ("trial", 0)
    assert reader.axe_violations() == []


def test_own_amount_in_another_region_and_words_that_staff_approve(person, campaign):
    reader = person(viewport=DESKTOP)
    reader.go("/join/?campaign=birthday")
    reader.page.locator(".place summary").click()
    reader.follow("United Kingdom · GBP")
    reader.page.wait_for_url("**region=uk**")
    reader.choose("Another amount")
    reader.fill("Your own amount", "12,34")
    # What the script says must be what the server charges.
    reader.page.get_by_label("Cover the card fee").check()
    stands(reader, "Adds £0.39: you pay £12.73, and all of the £12.34 reaches us.")
    reader.fill("Email", EMAIL)
    reader.press("Continue to payment")
    reader.sees("£12.73")
    reader.follow("Back")
    reader.sees("You have not been charged")
    assert reader.page.get_by_label("Your own amount").input_value() == "12,34"
    assert reader.page.get_by_label("Cover the card fee").is_checked()
    reader.press("Continue to payment")
    reader.pay()
    reader.is_at("Welcome")
    assert Payment.objects.get(user__email=EMAIL).amount == 1273
    reader.sees("/campaigns/birthday/")
    let_staff_approve(person, reader)


def let_staff_approve(person, reader):
    reader.fill("Your words", "For the harbour at four in the morning.")
    reader.fill("Your name", "Ada")
    reader.page.get_by_label("You may show my words").check()
    reader.press("Send")
    assert reader.axe_violations() == []

    boss = person(viewport=DESKTOP)
    sign_in(boss, UserFactory(is_staff=True, is_superuser=True).email, to="/staff/words/")
    boss.sees("For the harbour at four in the morning.")
    assert boss.axe_violations() == []
    boss.press("Approve")
    boss.sees("Nothing here.")
    assert [each.name for each in Testimonial.objects.approved()] == ["Ada"]
