from datetime import timedelta

import pytest
from django.utils import timezone

from members.contributions.contributing import start_contribution, stop_dedications, tell_of_dedications
from members.enums import MailKind
from members.models import Contribution, ContributionSettings, Membership, OutgoingMail, User
from members.queries import count_supporters
from payments.enums import Account, Interval, Purpose
from payments.gateway.opening import metadata_of
from payments.models import Alarm, Checkout, Payment
from payments.money import Money
from payments.recording import record
from tests.factories.members import UserFactory
from tests.factories.payments import CheckoutFactory
from tests.support.books import balances
from tests.support.stories import donate
from tests.support.stripe_side import StripeSide
from tests.support.threads import all_at_once

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("books")]

DEDICATED = {"dedication": "memory", "honoree_name": "Grace", "notify_email": "family@example.org"}


def ask(email="ada@example.org", amount=3000, **more):
    return start_contribution(amount=Money(amount, "EUR"), email=email, **more)


def mails(kind):
    return list(OutgoingMail.objects.filter(kind=kind).values_list("reference", "recipient"))


def test_donation_is_written_down_with_its_checkout():
    ask(" Ada@Example.org", fee_cover=71, campaign_code="birthday", public_name="Ada", **DEDICATED)
    kept = Contribution.objects.select_related("checkout").get()
    assert (kept.email, kept.amount, kept.fee_cover, kept.interval) == ("ada@example.org", 3000, 71, "")
    assert (kept.is_open, kept.paid_at, kept.user, kept.campaign_code) == (True, None, None, "birthday")
    checkout = kept.checkout
    assert (checkout.purpose, checkout.money, checkout.interval, checkout.description) == (
        Purpose.CONTRIBUTION,
        Money(3071, "EUR"),
        "",
        "Donation to The Lantern",
    )
    assert checkout.terms == {
        "public_name": "Ada",
        "dedication": "memory",
        "honoree_name": "Grace",
        "campaign": "birthday",
        "fee_cover": "71",
    }


def test_the_same_again_is_the_same_donation_and_other_words_are_another():
    first = ask(message="", **DEDICATED)
    assert ask("ADA@example.org ", **DEDICATED) == first
    others = [
        ask(),
        ask(amount=3001),
        ask(interval="month"),
        ask(fee_cover=71),
        ask(**DEDICATED | {"notify_email": "f@example.org"}),
    ]
    assert len({first, *others}) == Contribution.objects.filter(is_open=True).count() == 6


def test_words_that_no_donation_has_are_a_mistake():
    with pytest.raises(TypeError, match="honouree"):
        ask(honouree="Grace")


@pytest.mark.django_db(transaction=True)
def test_twenty_clicks_make_one_donation():
    found = all_at_once(lambda _: ask(message="x" * 300, **DEDICATED).pk)
    assert found == [Contribution.objects.get().pk] * 20
    assert Checkout.objects.count() == 1


def test_page_that_closed_and_was_paid_after_all_still_counts(time_machine_now):
    old = ask()
    time_machine_now.shift(timedelta(hours=2))
    new = ask()
    record(StripeSide(old.checkout).session())
    assert new != old
    assert (Contribution.objects.get(pk=old.pk).paid_at, Contribution.objects.get(pk=new.pk).paid_at) == (
        Payment.objects.get().paid_at,
        None,
    )


def test_words_of_any_kind_fit_into_what_stripe_takes():
    kept = ask(message="👩‍🚀" * 100, public_name="🚀" * 80, **DEDICATED)
    sent = metadata_of(kept.checkout)
    assert sent["groundswell_message"] == "👩‍🚀" * 100
    assert len(sent) <= 50
    assert all(len(name) <= 40 and len(text) <= 500 for name, text in sent.items())
    kept.checkout.terms = {"message": "🚀" * 501}
    assert metadata_of(kept.checkout)["groundswell_message"] == "🚀" * 500


def test_donation_grants_no_membership_and_makes_a_supporter_with_one_receipt():
    given = donate("Ada@Example.org")
    donor = User.objects.get()
    payment = Payment.objects.get()
    assert (given.user, given.is_open, given.paid_at) == (donor, False, payment.paid_at)
    assert (payment.user, payment.purpose) == (donor, Purpose.CONTRIBUTION)
    assert Membership.objects.count() == 0
    assert count_supporters() == 1
    assert mails(MailKind.DONATION_RECEIVED) == [(str(given.pk), "ada@example.org")]
    assert balances() == {
        (Account.DONATION_REVENUE, "EUR"): -3000,
        (Account.STRIPE_BALANCE, "EUR"): 2930,
        (Account.STRIPE_FEES, "EUR"): 70,
    }


def test_monthly_donation_is_revenue_each_month_and_thanked_for_once():
    given = donate("ada@example.org", interval=Interval.MONTH, renewals=2)
    assert list(Payment.objects.values_list("checkout__contribution", flat=True)) == [given.pk] * 3
    assert given.paid_at == Payment.objects.earliest("paid_at").paid_at
    assert balances()[Account.DONATION_REVENUE, "EUR"] == -9000
    assert len(mails(MailKind.DONATION_RECEIVED)) == 1
    assert count_supporters() == User.objects.count() == 1


def test_payments_in_the_wrong_order_end_the_same():
    side = StripeSide(ask(interval=Interval.MONTH).checkout)
    record(side.invoice(1))
    record(side.session())
    assert Contribution.objects.get().paid_at == side.paid_at
    assert len(mails(MailKind.DONATION_RECEIVED)) == 1


def test_donation_of_somebody_signed_in_is_theirs():
    reader = UserFactory(email="ada@example.org")
    assert donate("ada@example.org", user=reader).user == reader


def test_request_of_somebody_signed_in_is_not_the_anonymous_one():
    anonymous = ask()
    reader = UserFactory(email="ada@example.org")
    mine = ask(user=reader)
    assert mine != anonymous
    assert mine.checkout.user == reader


@pytest.mark.django_db(transaction=True)
def test_twenty_workers_owe_one_mail_about_a_dedication():
    donate("ada@example.org", **DEDICATED)
    later = timezone.now() + timedelta(days=2)
    assert sum(all_at_once(lambda _: tell_of_dedications(later))) == 1
    assert len(mails(MailKind.DEDICATION)) == 1


def test_donation_that_nobody_asked_for_delivers_nothing_and_is_told():
    record(StripeSide(CheckoutFactory(purpose=Purpose.CONTRIBUTION, interval="")).session())
    assert "nobody asked to give" in Alarm.objects.get().message
    assert Payment.objects.count() == 0


def give_back(side):
    record(side.affairs(refunds=[side.refund(1000)]))
    record(side.affairs(refunds=[side.refund(1000), side.refund(2000, number=2)]))


def dispute_and_lose(side):
    record(side.affairs(disputes=[side.dispute()]))
    record(side.affairs(disputes=[side.dispute("lost")]))


@pytest.mark.parametrize("go_back", [give_back, dispute_and_lose])
def test_money_that_goes_back_is_no_revenue_and_no_support(go_back):
    side = StripeSide(ask(public_name="Ada", **DEDICATED).checkout)
    record(side.session())
    Contribution.objects.update(is_name_approved=True)
    assert Contribution.objects.thanked_in_public().count() == 1
    go_back(side)
    assert (Account.DONATION_REVENUE, "EUR") not in balances()
    assert count_supporters() == 0
    assert Contribution.objects.thanked_in_public().count() == 0
    assert tell_of_dedications(timezone.now() + timedelta(days=2)) == 0


def test_dispute_that_is_won_leaves_the_revenue():
    side = StripeSide(ask().checkout)
    record(side.session())
    record(side.affairs(disputes=[side.dispute()]))
    record(side.affairs(disputes=[side.dispute("won")]))
    assert balances()[Account.DONATION_REVENUE, "EUR"] == -3000
    assert count_supporters() == 1


def test_family_is_told_once_after_the_payment_and_the_wait():
    unpaid, paid = ask("bob@example.org", **DEDICATED), donate("ada@example.org", **DEDICATED)
    now = timezone.now()
    assert tell_of_dedications(now + timedelta(hours=23)) == 0
    assert tell_of_dedications(now + timedelta(hours=25)) == 1
    assert tell_of_dedications(now + timedelta(hours=26)) == 0
    assert mails(MailKind.DEDICATION) == [(str(paid.pk), "family@example.org")]
    assert Contribution.objects.get(pk=unpaid.pk).notified_at is None


def test_staff_set_the_wait_and_stop_the_mail():
    ContributionSettings(dedication_waits_hours=0).save()
    stopped, told = donate("ada@example.org", **DEDICATED), donate("bob@example.org", **DEDICATED)
    donate("eve@example.org")
    assert stop_dedications(Contribution.objects.exclude(pk=told.pk)) == 1
    assert tell_of_dedications(timezone.now() + timedelta(seconds=1)) == 1
    assert mails(MailKind.DEDICATION) == [(str(told.pk), "family@example.org")]
    assert stop_dedications(Contribution.objects.all()) == 0
    assert Contribution.objects.get(pk=stopped.pk).notify_stopped_at is not None
