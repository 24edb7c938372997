from dataclasses import replace
from datetime import date, timedelta

import pytest

from members.enums import MailKind, Origin
from members.gifts.gifting import start_gift
from members.models import Membership, OutgoingMail, Signup, User
from members.selling.joining import start_signup
from payments.enums import Interval, Purpose
from payments.models import Alarm, Checkout, Customer, Payment, Subscription
from payments.recording import record
from tests.factories.members import GiftOfferFactory, PlanFactory, UserFactory
from tests.factories.payments import CheckoutFactory
from tests.support.stories import join
from tests.support.stripe_side import StripeSide

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("books")]


def test_membership_is_for_the_period_that_the_invoice_paid_for():
    plan = PlanFactory(interval=Interval.YEAR)
    (membership,) = join("ada@example.org", plan=plan, campaign_code="birthday")
    payment = Payment.objects.get()
    assert (membership.tier, membership.origin, membership.payment) == (plan.tier, Origin.PAID, payment)
    assert (membership.starts_on, membership.ends_on) == (
        payment.period_start.date(),
        payment.period_end.date(),
    )
    assert membership.ends_on.year == membership.starts_on.year + 1
    assert (membership.granted_at, membership.campaign_code) == (payment.paid_at, "birthday")
    assert membership.subscription == Subscription.objects.get()


def test_month_that_ends_with_a_short_one_leaves_no_gap(time_machine_now):
    time_machine_now.move_to("2027-01-31T12:00Z")
    memberships = join("ada@example.org", renewals=2)
    assert [(each.starts_on, each.ends_on) for each in memberships] == [
        (date(2027, 1, 31), date(2027, 2, 28)),
        (date(2027, 2, 28), date(2027, 3, 31)),
        (date(2027, 3, 31), date(2027, 4, 30)),
    ]


def test_period_is_counted_in_the_newsrooms_days(settings, time_machine_now):
    settings.TIME_ZONE = "Europe/Kyiv"
    time_machine_now.move_to("2027-03-01T22:30Z")
    (membership,) = join("ada@example.org")
    assert (membership.starts_on, membership.ends_on) == (date(2027, 3, 2), date(2027, 4, 2))


def test_signup_is_closed_and_knows_its_reader():
    join("ada@example.org")
    signup = Signup.objects.get()
    assert (signup.is_open, signup.user) == (False, User.objects.get(email="ada@example.org"))


def test_reader_who_paid_first_has_an_account_and_one_welcome():
    (membership,) = join("Ada@Example.org")
    reader = User.objects.get()
    assert (reader.email, reader.has_usable_password()) == ("ada@example.org", False)
    mails = OutgoingMail.objects.values_list("kind", "reference", "recipient")
    assert list(mails) == [(MailKind.WELCOME, str(membership.pk), "ada@example.org")]


def test_reader_who_comes_back_later_is_welcomed_again():
    join("ada@example.org", renewals=3)
    join("ada@example.org", plan=PlanFactory())
    assert OutgoingMail.objects.filter(kind=MailKind.WELCOME).count() == 2
    assert User.objects.count() == 1


def test_renewal_belongs_to_the_reader_even_if_their_address_changed():
    reader = UserFactory(email="ada@example.org")
    side = StripeSide(start_signup(plan=PlanFactory(), amount=1000, email=reader.email, user=reader).checkout)
    record(side.session())
    User.objects.filter(pk=reader.pk).update(email="countess@example.org")
    record(side.invoice(1))
    assert set(Membership.objects.values_list("user", flat=True)) == {reader.pk}
    assert User.objects.count() == 1


def test_pay_first_readers_renewal_stays_theirs_even_if_their_address_changed():
    side = StripeSide(start_signup(plan=PlanFactory(), amount=1000, email="ada@example.org").checkout)
    record(side.session())
    User.objects.update(email="countess@example.org")
    record(side.invoice(1))
    assert User.objects.count() == 1
    assert Membership.objects.filter(user=User.objects.get()).count() == 2


def test_customer_becomes_the_payers_and_never_changes_hands():
    first, second = (
        StripeSide(start_signup(plan=PlanFactory(), amount=1000, email=email).checkout)
        for email in ("ada@example.org", "bob@example.org")
    )
    record(first.session())
    record(replace(second.session(), customer=first.customer()))
    ada = User.objects.get(email="ada@example.org")
    assert Customer.objects.get().user == Checkout.objects.get(pk=first.checkout.pk).user == ada
    assert Checkout.objects.get(pk=second.checkout.pk).user == User.objects.get(email="bob@example.org")


def test_membership_payment_without_a_signup_delivers_nothing_and_is_told():
    record(StripeSide(CheckoutFactory()).session())
    assert "bought no period" in Alarm.objects.get().message
    assert Payment.objects.count() == User.objects.count() == 0


def test_membership_payment_without_a_period_delivers_nothing_and_is_told():
    side = StripeSide(start_signup(plan=PlanFactory(), amount=1000, email="ada@example.org").checkout)
    record(replace(side.session(), invoice=None))
    assert "bought no period" in Alarm.objects.get().message
    assert Payment.objects.count() == Membership.objects.count() == 0


def test_gift_payment_without_a_gift_delivers_nothing_and_is_told():
    record(StripeSide(CheckoutFactory(purpose=Purpose.GIFT, interval="")).session())
    assert "bought no gift" in Alarm.objects.get().message
    assert Payment.objects.count() == 0


def test_signed_in_givers_gift_is_theirs_whatever_address_it_carries():
    reader = UserFactory(email="ada@example.org")
    gift = start_gift(offer=GiftOfferFactory(), email="ada@example.org", user=reader)
    record(StripeSide(gift.checkout, paid_at=gift.created_at - timedelta(minutes=1)).session())
    assert Payment.objects.get().user == reader
