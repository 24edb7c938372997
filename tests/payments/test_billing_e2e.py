"""Our application, asked after each step of the five stories that `billing-e2e` tells by test clocks.

A story makes its subscription over the API, as it does for any site; ours knows it by the reference of a signup.
"""

import pytest
import yaml

from members.models import Membership
from members.selling.joining import start_signup
from tests.factories.members import PlanFactory
from tests.sandbox.judges.billing_e2e import PUBLISHED, run_billing_e2e
from tests.support.books import assert_books
from tests.support.sandbox_process import SECRET_KEY, running_sandbox

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls("tests.support.answering")]

NOBODY = {"subscription": None, "access": False}
WAITING = {"subscription": "incomplete", "access": False}
EXPIRED = {"subscription": "incomplete_expired", "access": False}
MEMBER = {"subscription": "active", "access": True}
OWING = {"subscription": "past_due", "access": True}
"""In grace: while Stripe tries again, nobody is locked out."""
ENDED = {"subscription": "canceled", "access": False}

STANDINGS = {
    "cancel-at-period-end": [NOBODY, *[MEMBER] * 5, *[ENDED] * 3],
    "failed-renewal": [NOBODY, *[MEMBER] * 3, *[OWING] * 3, *[ENDED] * 3],
    "plan-change": [NOBODY, *[MEMBER] * 12],
    "renewal": [NOBODY, *[MEMBER] * 5],
    "signup-card-problems": [*[NOBODY] * 2, *[WAITING] * 2, *[EXPIRED] * 3],
}
"""What our application must say after each step of a story."""
PERIODS = {
    "cancel-at-period-end": 1, "failed-renewal": 1, "plan-change": 3, "renewal": 2, "signup-card-problems": 0,
}  # fmt: skip


@pytest.fixture
def sandbox(live_server, settings):
    """A sandbox that tells our site, and that our site asks."""
    hook = ["--webhook-url", f"{live_server.url}/webhooks/stripe/", "--webhook-secret"]
    with running_sandbox(*hook, settings.STRIPE_WEBHOOK_SECRETS[0]) as running:
        settings.STRIPE_API_BASE, settings.STRIPE_SECRET_KEY = running.base_url, SECRET_KEY
        yield running


@pytest.mark.parametrize("story", PUBLISHED, ids=lambda path: path.stem)
def test_our_application_follows_each_step(sandbox, live_server, tmp_path, story):
    plan = PlanFactory()
    signup = start_signup(plan=plan, amount=plan.amount, email="ada@example.org")
    told = yaml.safe_load(story.read_text())
    steps = zip(told["steps"], STANDINGS[story.stem], strict=True)
    told["steps"] = [each for step, standing in steps for each in (ours(step, signup), check(standing))]
    scenario = written(tmp_path / story.name, told)
    config = written(tmp_path / "config.yml", configuration(live_server))

    outcome = run_billing_e2e(
        sandbox.base_url, "run", scenario, config=config, amounts=(plan.amount, 3 * plan.amount)
    )

    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    assert Membership.objects.count() == PERIODS[story.stem]
    assert_books()


def ours(step, signup):
    """The step as a site's own checkout would have it: the subscription says whose it is."""
    reference = {"groundswell_reference": str(signup.checkout.reference)}
    return step | ({"params": {"metadata": reference}} if "subscribe" in step else {})


def check(standing):
    expected = {"books": [], "waiting": 0} | standing
    return {"check": {"get": "/standing/?customer={customer}", "expect": expected}}


def configuration(live_server):
    names = {"monthly_price": "${MONTHLY_PRICE}", "upgrade_price": "${UPGRADE_PRICE}"}
    return {"stripe": {"key": "${STRIPE_TEST_KEY}"}, "app": {"base_url": live_server.url}, "vars": names}


def written(path, content):
    path.write_text(yaml.safe_dump(content, sort_keys=False))
    return path
