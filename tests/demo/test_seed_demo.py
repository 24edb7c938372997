from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from campaigns.models import Campaign
from campaigns.progress import measure
from demo.seeding import history
from members.models import Contribution, Gift, Membership, OutgoingMail, Plan, Signup, User
from payments.models import LedgerEntry, Payment
from tests.support.sandbox_process import SECRET_KEY, running_sandbox

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("books")]

SIZES = {"supporters": 30, "joins": 12, "gifts": 5, "redeemed": 3, "donations": 6}


@pytest.fixture(scope="module")
def sandbox():
    with running_sandbox() as running:
        yield running


@pytest.fixture
def stripe(sandbox, settings):
    settings.STRIPE_API_BASE, settings.STRIPE_SECRET_KEY = sandbox.base_url, SECRET_KEY
    sandbox.reset()


def seed(**sizes):
    out = StringIO()
    call_command("seed_demo", stdout=out, **SIZES | sizes)
    return out.getvalue().splitlines()


def counts():
    models = (User, Membership, Signup, Gift, Contribution, Payment, LedgerEntry, Plan, Campaign)
    return {model.__name__: model.objects.count() for model in models}


def test_seeded_campaign_stands_where_it_was_told_to(stripe):
    said = seed()
    progress = measure(Campaign.objects.get())
    assert progress.count == SIZES["joins"] + SIZES["redeemed"]
    assert progress.state == "open"
    # Brought over, joined, gave a membership, gave a donation, and the reader to sign in as.
    assert progress.supporters == 30 + 12 + 5 + 6 + 1
    assert said[-1] == "The Lantern turns five: 15 of 1,000 new members, 54 supporters"


def test_seeded_again_it_adds_nothing(stripe):
    seed()
    before = counts()
    said = seed()
    assert counts() == before
    assert said == ["The Lantern turns five: 15 of 1,000 new members, 54 supporters"]


def test_nobody_in_the_seed_gets_a_mail(stripe):
    seed()
    assert OutgoingMail.objects.filter(state="waiting").count() == 0


def test_what_a_campaign_did_lies_within_its_days_and_not_ahead(stripe):
    seed()
    campaign = Campaign.objects.get()
    instants = list(Payment.objects.values_list("paid_at", flat=True))
    assert campaign.starts_at <= min(instants)
    assert max(instants) < measure(campaign).as_of < campaign.ends_at
    assert len({instant.date() for instant in instants}) > 5


def test_everybody_to_sign_in_as_is_there(stripe):
    seed()
    found = User.objects.filter(email__endswith="@example.org").order_by("email")
    assert [(user.email, user.is_staff, user.is_superuser) for user in found] == [
        ("finance@example.org", True, False),
        ("member@example.org", False, False),
        ("reader@example.org", False, False),
        ("staff@example.org", True, False),
        ("support@example.org", True, False),
    ]
    member, reader = found[1], found[2]
    assert member.memberships.get().subscription.is_running
    assert reader.memberships.get().is_active


def test_seeding_that_broke_off_is_finished_by_the_next(stripe, monkeypatch):
    recorded = []

    def break_off(snapshot):
        if len(recorded) == 7:
            raise KeyboardInterrupt
        recorded.append(snapshot)
        record(snapshot)

    record = history.recording.record
    with monkeypatch.context() as patch:
        patch.setattr(history.recording, "record", break_off)
        with pytest.raises(KeyboardInterrupt):
            seed()
    seed()
    assert measure(Campaign.objects.get()).count == SIZES["joins"] + SIZES["redeemed"]


def test_without_a_sandbox_the_reason_is_one_sentence(settings):
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"
    with pytest.raises(CommandError, match=r"The Stripe sandbox at http://127\.0\.0\.1:9 does not answer"):
        seed()


def test_real_stripe_is_never_played_on(settings):
    settings.STRIPE_API_BASE = settings.STRIPE_LIVE_API_BASE
    said = seed()
    assert said[0].startswith("No sandbox")
    assert (measure(Campaign.objects.get()).count, Payment.objects.count()) == (0, 0)
