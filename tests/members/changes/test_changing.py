"""Changes that a reader asks for, at a real sandbox: what was shown is what is charged, once, and written down."""

import pytest
from django.utils import timezone

from members.changes.changing import _FEEDBACK, cancel, keep, pause, preview_switch, resume, switch
from members.changes.history import story_of
from members.changes.leaving import Reason
from members.changes.offering import Action, CannotChange, Effect, Terms, effect_of, may, resume_effect
from members.enums import ActorKind, ChangeKind, Origin
from members.models import Membership, MembershipChange, User
from payments.enums import Interval
from payments.gateway.facts import Declined, GatewayError
from payments.models import Payment, Subscription
from tests.factories.members import PlanFactory, TierFactory
from tests.support.books import assert_agreed, assert_books

pytestmark = pytest.mark.django_db


@pytest.fixture
def tiers():
    """A lower and a higher tier, each by the month and by the year."""
    made = {}
    for name, month in (("member", 500), ("keeper", 2000)):
        tier = TierFactory(slug=name, name=name.title())
        PlanFactory(tier=tier, amount=month)
        PlanFactory(tier=tier, amount=10 * month, interval=Interval.YEAR)
        made[name] = tier
    return made


@pytest.fixture
def joined(at_stripe, tiers):
    """Joins the lower tier; gives the subscription and whose it is."""

    def join(interval=Interval.MONTH, tier="member"):
        at_stripe.join(plan=tiers[tier].plans.get(interval=interval))
        at_stripe.tell()
        return Subscription.objects.get(), User.objects.get()

    return join


def story(user):
    return [(change.kind, change.actor_kind) for change in story_of(user)][::-1]


def paid():
    return list(Payment.objects.order_by("paid_at", "pk").values_list("amount", flat=True))


JOINED = (ChangeKind.JOINED, ActorKind.READER)


def test_higher_tier_starts_at_once_and_costs_what_was_shown(at_stripe, tiers, joined):
    subscription, ada = joined()
    terms = Terms(tiers["keeper"], Interval.MONTH, 2000)
    shown = preview_switch(subscription=subscription, terms=terms)
    assert (shown.effect, shown.next_amount.amount) == (Effect.NOW, 2000)
    change = switch(subscription=subscription, terms=terms, actor=ada, at=shown.at)
    assert paid() == [500, shown.due_now.amount]
    assert 1490 <= shown.due_now.amount <= 1500
    assert shown.credit.amount in (499, 500)
    assert [each.tier.slug for each in Membership.objects.order_by("pk")] == ["member", "keeper"]
    assert {each.ends_on for each in Membership.objects.all()} == {Membership.objects.first().ends_on}
    assert (change.before["amount"], change.after["amount"], change.actor) == (500, 2000, ada)
    at_stripe.tell()
    assert story(ada) == [JOINED, (ChangeKind.SWITCHED, ActorKind.READER)]
    assert_agreed()


def test_a_year_starts_now_and_what_is_left_of_the_month_is_taken_off(at_stripe, tiers, joined):
    subscription, ada = joined()
    terms = Terms(tiers["member"], Interval.YEAR, 5000)
    shown = preview_switch(subscription=subscription, terms=terms)
    switch(subscription=subscription, terms=terms, actor=ada, at=shown.at)
    assert paid() == [500, shown.due_now.amount]
    assert shown.due_now.amount == 5000 - shown.credit.amount
    year = Membership.objects.latest("ends_on")
    assert (year.ends_on - year.starts_on).days in (365, 366)
    assert subscription.current_period_end.date() == shown.next_on.date()
    at_stripe.tell()
    assert_agreed()


def test_less_counts_from_the_next_payment_on(at_stripe, tiers, joined):
    subscription, ada = joined(tier="keeper")
    terms = Terms(tiers["member"], Interval.MONTH, 700)
    shown = preview_switch(subscription=subscription, terms=terms)
    assert (shown.effect, shown.due_now.amount, shown.next_on) == (
        Effect.NEXT_PAYMENT, 0, subscription.current_period_end,
    )  # fmt: skip
    switch(subscription=subscription, terms=terms, actor=ada)
    assert paid() == [2000]
    with at_stripe.later(32):
        assert paid() == [2000, 700]
        assert [each.tier.slug for each in Membership.objects.order_by("starts_on")] == ["keeper", "member"]
        assert story(ada) == [
            JOINED, (ChangeKind.SWITCHED, ActorKind.READER), (ChangeKind.RENEWED, ActorKind.SYSTEM),
        ]  # fmt: skip
        assert_agreed()


def test_from_year_to_month_when_the_year_is_over(at_stripe, tiers, joined):
    subscription, ada = joined(Interval.YEAR)
    ends_on = Membership.objects.get().ends_on
    switch(subscription=subscription, terms=Terms(tiers["member"], Interval.MONTH, 500), actor=ada)
    assert (subscription.is_resting, subscription.interval) == (True, Interval.MONTH)
    with at_stripe.later(200):
        assert paid() == [5000]
        with at_stripe.later(166):
            assert paid() == [5000, 500]
            month = Membership.objects.latest("starts_on")
            assert (month.starts_on, month.origin) == (ends_on, Origin.PAID)
            assert_agreed()


def test_pause_moves_the_next_payment_and_ends_by_itself(at_stripe, joined):
    subscription, ada = joined()
    before = subscription.current_period_end
    pause(subscription=subscription, months=2, actor=ada, reason_code="not_used")
    assert (subscription.is_resting, may(subscription)) == (
        True, {Action.RESUME, Action.CANCEL, Action.SWITCH},
    )  # fmt: skip
    assert 58 <= (subscription.trial_ends_at - before).days <= 62
    with at_stripe.later(60):
        assert paid() == [500]
        assert not any(each.is_active for each in Membership.objects.all())
        with at_stripe.later(35):
            assert paid() == [500, 500]
            assert Membership.objects.latest("ends_on").is_active
            assert [kind for kind, _ in story(ada)] == [
                ChangeKind.JOINED, ChangeKind.PAUSED, ChangeKind.RENEWED, ChangeKind.RESUMED,
            ]  # fmt: skip
            assert_agreed()


def test_resuming_before_the_paid_time_is_over_puts_the_old_date_back(at_stripe, joined):
    subscription, ada = joined()
    before = subscription.current_period_end
    pause(subscription=subscription, months=3, actor=ada)
    told = resume_effect(subscription, timezone.now())
    assert (told.is_now, told.charged_on) == (False, before)
    resume(subscription=subscription, actor=ada)
    assert (subscription.trial_ends_at, paid()) == (before, [500])
    assert [kind for kind, _ in story(ada)] == [ChangeKind.JOINED, ChangeKind.PAUSED, ChangeKind.RESUMED]


def test_resuming_after_it_charges_at_once(at_stripe, joined):
    subscription, ada = joined()
    pause(subscription=subscription, months=3, actor=ada)
    with at_stripe.later(40):
        subscription.refresh_from_db()
        assert resume_effect(subscription, timezone.now()).is_now
        resume(subscription=subscription, actor=ada)
        assert (paid(), subscription.status) == ([500, 500], "active")
        assert Membership.objects.latest("ends_on").is_active
        assert_agreed()


def test_resuming_that_the_bank_declines_charges_nothing_and_rests_on(at_stripe, joined):
    subscription, ada = joined()
    pause(subscription=subscription, months=3, actor=ada)
    with at_stripe.later(40):
        subscription.refresh_from_db()
        rests_until = subscription.trial_ends_at
        pay_by_a_card_that_is_declined(at_stripe, subscription)
        with pytest.raises(Declined):
            resume(subscription=subscription, actor=ada)
        at_stripe.tell()
        subscription.refresh_from_db()
        assert (subscription.is_resting, subscription.trial_ends_at, paid()) == (True, rests_until, [500])
        assert MembershipChange.objects.get(kind=ChangeKind.RESUMED).failed_at is not None
        assert ChangeKind.RESUMED not in [change.kind for change in story_of(ada)]
        assert_agreed()


def pay_by_a_card_that_is_declined(at_stripe, subscription):
    customer = subscription.customer.stripe_id
    method = at_stripe.api.payment_methods.attach("pm_card_chargeCustomerFail", {"customer": customer})
    at_stripe.api.subscriptions.update(subscription.stripe_id, {"default_payment_method": method.id})


def test_cancelled_ends_with_what_was_paid_for_and_can_be_undone_until_then(at_stripe, joined):
    subscription, ada = joined()
    cancel(subscription=subscription, actor=ada, reason="Zu teuer", reason_code="too_expensive")
    assert (subscription.is_ending, may(subscription)) == (True, {Action.KEEP})
    keep(subscription=subscription, actor=ada)
    assert (subscription.is_ending, Action.CANCEL in may(subscription)) == (False, True)
    cancel(subscription=subscription, actor=ada)
    with at_stripe.later(40):
        subscription.refresh_from_db()
        assert (subscription.status, may(subscription), paid()) == ("canceled", set(), [500])
        told = story(ada)
        assert told == [
            JOINED,
            (ChangeKind.CANCELLED, ActorKind.READER),
            (ChangeKind.KEPT, ActorKind.READER),
            (ChangeKind.CANCELLED, ActorKind.READER),
            (ChangeKind.ENDED, ActorKind.SYSTEM),
        ]
        first = MembershipChange.objects.filter(kind=ChangeKind.CANCELLED).earliest("done_at")
        assert (first.reason, first.reason_code) == ("Zu teuer", "too_expensive")
        assert_agreed()


def test_declined_upgrade_changes_nothing(at_stripe, tiers, joined):
    subscription, ada = joined()
    pay_by_a_card_that_is_declined(at_stripe, subscription)
    with pytest.raises(Declined):
        switch(subscription=subscription, terms=Terms(tiers["keeper"], Interval.MONTH, 2000), actor=ada)
    at_stripe.tell()
    subscription.refresh_from_db()
    assert (subscription.amount, paid(), Membership.objects.count()) == (500, [500], 1)
    assert story(ada) == [JOINED, (ChangeKind.CARD_CHANGED, ActorKind.SYSTEM)]
    assert MembershipChange.objects.get(kind=ChangeKind.SWITCHED).failed_at is not None
    assert_books()


def test_answer_that_got_lost_is_the_readers_change_all_the_same(at_stripe, joined):
    subscription, ada = joined()
    path = f"/v1/subscriptions/{subscription.stripe_id}"
    fault = {"method": "POST", "path": path, "fault": "reset_after", "times": 3}
    at_stripe.switch("faults", {"api": [fault]})
    with pytest.raises(GatewayError):
        pause(subscription=subscription, months=1, actor=ada)
    at_stripe.switch("faults", {})
    assert MembershipChange.objects.asked().count() == 1
    at_stripe.tell()
    assert story(ada) == [JOINED, (ChangeKind.PAUSED, ActorKind.READER)]
    subscription.refresh_from_db()
    with pytest.raises(CannotChange):
        pause(subscription=subscription, months=1, actor=ada)


@pytest.mark.parametrize("months", [0, 7])
def test_pause_lasts_one_to_six_months(joined, months):
    subscription, ada = joined()
    with pytest.raises(CannotChange):
        pause(subscription=subscription, months=months, actor=ada)
    assert MembershipChange.objects.filter(kind=ChangeKind.PAUSED).count() == 0


def test_more_for_the_same_tier_counts_from_the_next_payment(tiers, joined):
    subscription, _ = joined()
    assert effect_of(subscription, Terms(tiers["member"], Interval.MONTH, 900)) == Effect.NEXT_PAYMENT


def test_every_reason_of_the_page_has_a_word_of_stripes():
    assert set(_FEEDBACK) == set(Reason.values)
