"""A reader lives with a membership: changes it, rests, leaves, thinks again."""

from itertools import count, pairwise

import pytest

from members.models import Membership, MembershipChange, Plan, ReturnReminder
from members.selling.publishing import publish
from payments.catalogue import drain
from payments.models import Payment
from tests.journeys.conftest import control
from tests.journeys.test_staff import sign_in
from tests.support.at_stripe import AtStripe
from tests.support.browser import DESKTOP
from tests.support.sandbox_process import SandboxProcess
from tests.support.stack import wait_for

pytestmark = pytest.mark.browser

# Each story has an address of its own: one is sent three codes a minute.
_numbers = count(1)
OURS = {"user__email__startswith": "ada"}


@pytest.fixture
def member(person, campaign, stack):
    """Signs in somebody who pays €5 a month, and looks at every page that they come to."""
    publish()
    drain()
    email = f"ada{next(_numbers)}@example.net"
    plan = Plan.objects.get(tier__slug="member", interval="month", currency="EUR")
    AtStripe(SandboxProcess(None, stack.sandbox)).join(email, plan=plan)
    wait_for(lambda: Membership.objects.filter(**OURS).exists(), what="a membership")

    def make(**how):
        reader = person(**how)
        sign_in(reader, email, to="/account/")
        reader.is_at("Your account")
        return reader

    return make


def look(reader):
    """The page that a reader is on is sound, and no wider than the screen."""
    assert reader.axe_violations() == []
    assert not reader.page.evaluate("document.documentElement.scrollWidth > window.innerWidth")


def story():
    found = MembershipChange.objects.done().filter(**OURS).exclude(kind="joined")
    return list(found.values_list("kind", flat=True))[::-1]


def paid():
    return sum(Payment.objects.filter(**OURS).values_list("amount", flat=True))


def test_up_and_down_and_a_pause_on_a_phone(member):
    reader = member()
    look(reader)
    reader.follow("Change tier or amount")
    look(reader)
    reader.choose("€20 a month")
    reader.press("See what it costs")
    reader.sees("What is left of what you have paid, €5, is taken off.")
    look(reader)
    reader.press("Yes, pay €15 and change")
    reader.sees("Done.")
    assert paid() == 2000
    reader.is_at("Lantern keeper")

    reader.follow("Change tier or amount")
    reader.choose("€5 a month")
    reader.fill("Your own amount", "7.50")
    reader.press("See what it costs")
    reader.sees("Nothing is charged today.")
    look(reader)
    reader.press("Yes, change it")
    reader.sees("€7.50 a month")
    reader.is_at("Lantern keeper")
    _rests_and_comes_back(reader)
    assert (paid(), story()) == (2000, ["switched", "switched", "paused", "resumed"])


def _rests_and_comes_back(reader):
    reader.follow("Pause")
    reader.choose("3 months")
    look(reader)
    reader.press("Pause")
    reader.sees("Then it rests, and nothing is charged before")
    look(reader)
    reader.follow("Resume")
    reader.sees("Nothing is charged now")
    look(reader)
    reader.press("Resume")
    reader.sees("Welcome back.")


def test_leaving_with_a_reason_and_thinking_again(member):
    reader = member(viewport=DESKTOP)
    reader.follow("Cancel membership")
    look(reader)
    reader.choose("I need a break from the news")
    reader.press("Cancel membership")
    reader.sees("You could pause for one to six months.")
    look(reader)
    offered = [
        reader.page.get_by_role("button", name=name).bounding_box()
        for name in ("Choose a pause", "No thanks, cancel now")
    ]
    assert all(one["width"] == other["width"] for one, other in pairwise(offered))
    reader.press("No thanks, cancel now")
    reader.is_at("Your membership is cancelled")
    look(reader)
    reader.press("Undo: keep my membership")
    reader.sees("Good to have you with us.")
    assert story() == ["cancelled", "kept"]
    reader.follow("Payments and receipts")
    look(reader)
    reader.follow("Receipt of")
    reader.sees("Lantern member")
    look(reader)


def test_leaving_without_a_word_takes_two_clicks_and_no_scripts(member):
    reader = member(java_script_enabled=False)
    reader.follow("Cancel membership")
    reader.press("Cancel membership")
    reader.is_at("Your membership is cancelled")
    assert story() == ["cancelled"]
    reader.press("In 3 months")
    reader.sees("once, and ask whether you would like to come back")
    assert ReturnReminder.objects.count() == 1
    reader.press("Undo: keep my membership")
    reader.follow("Change tier or amount")
    reader.choose("€50 a year")
    reader.press("See what it costs")
    reader.press("Yes, pay €45 and change")
    reader.sees("€50 a year")
    assert (paid(), story()) == (5000, ["cancelled", "kept", "switched"])


def test_whole_change_by_keyboard_alone(member, stack):
    reader = member(viewport=DESKTOP)
    keyboard = reader.page.keyboard
    reader.tab_to("Change tier or amount")
    keyboard.press("Enter")
    reader.is_at("Change your membership")
    reader.tab_to("€5 a month")
    keyboard.press("ArrowRight")
    keyboard.press("ArrowRight")
    reader.tab_to("See what it costs")
    keyboard.press("Enter")
    reader.is_at("Is this what you want?")
    reader.tab_to("Yes, pay €15 and change")
    keyboard.press("Enter")
    reader.sees("Done.")
    assert paid() == 2000

    control(stack, "webhooks", paused=True)
    reader.tab_to("Pause")
    keyboard.press("Enter")
    reader.is_at("Pause your membership")
    reader.tab_to("1 month")
    keyboard.press("Space")
    keyboard.press("Enter")
    reader.sees("Your membership is paused.")
    control(stack, "webhooks", paused=False)
    assert story() == ["switched", "paused"]
