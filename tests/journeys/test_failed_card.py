"""From the mail about a failed payment to a new card and "all is well", on a phone."""

import re

import pytest
from dateutil.relativedelta import relativedelta
from django.utils import timezone

from members.models import Membership, MembershipChange, OutgoingMail, Plan
from payments.models import Subscription, UnpaidInvoice
from tests.support.at_stripe import AtStripe
from tests.support.clocked import FAILING, ClockedMember
from tests.support.sandbox_process import SandboxProcess
from tests.support.stack import wait_for

pytestmark = pytest.mark.browser

EMAIL = "ada@example.net"


@pytest.fixture
def owing(campaign, stack, settings):
    """Somebody who joined a month ago, and whose card fails at the renewal, a minute ago."""
    stripe = AtStripe(SandboxProcess(None, stack.sandbox), key=settings.STRIPE_SECRET_KEY)
    plan = Plan.objects.on_sale("EUR").filter(interval="month").first()
    began = timezone.now() - relativedelta(months=1) - relativedelta(hours=1, minutes=1)
    member = ClockedMember(stripe, None, plan=plan, email=EMAIL, began=began, is_told=False)
    wait_for(lambda: Membership.objects.filter(user__email=EMAIL).exists(), what="a membership")
    member.pay_by(FAILING)
    member.go_to(timezone.now())
    wait_for(lambda: UnpaidInvoice.objects.open().exists(), what="a failed renewal")
    return member


def put_in(reader, card):
    """On Stripe's portal."""
    reader.page.wait_for_url(re.compile("/p/session/"))
    reader.fill("Card number", card)
    reader.fill("Expiry date", "12 / 34")
    reader.fill("Security code", "123")
    name = reader.page.get_by_label("Name on card")
    if name.count():
        name.fill("Ada Reader")
    reader.page.get_by_role("button", name=re.compile("^Save")).click()


def test_mail_card_and_all_is_well_without_javascript(person, owing):
    reader = person(java_script_enabled=False)
    link = reader.link_in_mail(EMAIL, "/card/")
    reader.go(link)
    reader.is_at("Your payment did not go through")
    reader.sees("No money was taken")
    reader.press("Put in another card")
    put_in(reader, "4000 0000 0000 0341")
    reader.is_at("This card was declined too")

    reader.press("Put in another card")
    put_in(reader, "4000 0566 5566 5556")
    reader.is_at("Thank you, all is well")

    assert UnpaidInvoice.objects.get().state == "recovered"
    assert (Subscription.objects.get(checkout__email=EMAIL).status, owing.subscription.card_last4) == (
        "active",
        "5556",
    )
    assert Membership.objects.filter(user__email=EMAIL).count() == 2
    wait_for(lambda: not OutgoingMail.objects.filter(state="pending").exists())
    mails = OutgoingMail.objects.filter(recipient=EMAIL, unsent="").values_list("kind", flat=True)
    assert list(mails) == ["payment_failed"]
    kinds = MembershipChange.objects.filter(user__email=EMAIL).values_list("kind", flat=True)
    assert {"payment_failed", "recovered", "card_changed"} <= set(kinds)


def test_site_says_so_to_who_is_signed_in_until_it_is_put_right(person, owing):
    reader = person()
    link = reader.link_in_mail(EMAIL, "/card/")
    reader.go(link)
    found = [reader.axe_violations()]
    reader.go("/account/")
    reader.fill("Email", EMAIL)
    reader.press("Send")
    reader.fill("Code", reader.sign_in_code(EMAIL))
    reader.press("Sign in")
    reader.sees("Your last payment did not go through.")
    found.append(reader.axe_violations())
    reader.follow("Put it right")
    reader.sees("ending in")
    reader.press("Put in another card")
    put_in(reader, "4242 4242 4242 4242")
    reader.is_at("Thank you, all is well")
    found.append(reader.axe_violations())
    reader.go("/account/")
    assert reader.page.get_by_text("Your last payment did not go through.").count() == 0
    reader.go("/card/nonsense/")
    reader.is_at("This link does not work any more")
    found.append(reader.axe_violations())
    assert found == [[], [], [], []]
