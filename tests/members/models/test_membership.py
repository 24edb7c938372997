from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given, strategies as st

from members.enums import Origin
from members.models import Membership
from tests.factories.members import ImportedMembershipFactory, TierFactory, UserFactory
from tests.factories.payments import PaymentFactory
from tests.support.rollback import rolled_back

pytestmark = pytest.mark.django_db

JANUARY, FEBRUARY = date(2026, 1, 1), date(2026, 2, 1)


@pytest.mark.parametrize(
    ("day", "is_active"),
    [
        (date(2025, 12, 31), False),
        (JANUARY, True),
        (date(2026, 1, 31), True),
        (FEBRUARY, False),
    ],
)
def test_membership_is_active_from_its_first_day_until_before_its_last(day, is_active, time_machine_now):
    membership = ImportedMembershipFactory(starts_on=JANUARY, ends_on=FEBRUARY)
    time_machine_now.move_to(datetime(day.year, day.month, day.day, 12, tzinfo=UTC))
    assert Membership.objects.active_on(day).exists() is is_active
    assert membership.is_active is is_active


@pytest.mark.parametrize(("starts_on", "ends_on"), [(JANUARY, JANUARY), (FEBRUARY, JANUARY)])
def test_empty_and_backward_periods_are_refused(starts_on, ends_on):
    with pytest.raises(IntegrityError, match="membership_period_ordered"), transaction.atomic():
        ImportedMembershipFactory(starts_on=starts_on, ends_on=ends_on)


@pytest.mark.parametrize("origin", [Origin.PAID, Origin.GIFT, "charm"])
def test_membership_without_the_fact_it_rests_on_is_refused(origin):
    with pytest.raises(IntegrityError), transaction.atomic():
        ImportedMembershipFactory(starts_on=JANUARY, ends_on=FEBRUARY, origin=origin)


@pytest.mark.parametrize("origin", [Origin.COMP, Origin.IMPORT])
def test_membership_that_nobody_paid_here_rests_on_no_payment(origin):
    with pytest.raises(IntegrityError, match="rests_on_its_fact"), transaction.atomic():
        ImportedMembershipFactory(
            starts_on=JANUARY, ends_on=FEBRUARY, origin=origin, payment=PaymentFactory()
        )


def test_one_payment_never_makes_two_memberships():
    payment = PaymentFactory()
    facts = {"starts_on": JANUARY, "ends_on": FEBRUARY, "origin": Origin.PAID, "payment": payment}
    ImportedMembershipFactory(**facts)
    with pytest.raises(IntegrityError), transaction.atomic():
        ImportedMembershipFactory(**facts)


NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("gap", "is_new"), [(-10, False), (0, False), (364, False), (365, True), (400, True)]
)
def test_who_was_no_member_for_a_year_is_new_again(gap, is_new):
    reader = UserFactory()
    ended = NOON.date() - timedelta(days=gap)
    ImportedMembershipFactory(
        user=reader,
        starts_on=ended - timedelta(days=30),
        ends_on=ended,
        granted_at=NOON - timedelta(days=500),
    )
    now = ImportedMembershipFactory(
        user=reader, starts_on=NOON.date(), ends_on=NOON.date() + timedelta(days=30), granted_at=NOON
    )
    assert Membership.objects.of_newcomers().filter(pk=now.pk).exists() is is_new


def test_of_two_granted_in_the_same_instant_the_first_row_is_new():
    reader = UserFactory()
    facts = {"user": reader, "starts_on": JANUARY, "ends_on": FEBRUARY, "granted_at": NOON}
    first, _ = ImportedMembershipFactory(**facts), ImportedMembershipFactory(**facts)
    assert list(Membership.objects.of_newcomers()) == [first]


days = st.integers(0, 1200)


@given(drawn=st.lists(st.tuples(st.integers(0, 2), days, st.integers(1, 400)), max_size=12))
def test_newcomers_are_those_that_plain_python_finds(drawn):
    with rolled_back():
        readers, tier = [UserFactory() for _ in range(3)], TierFactory()
        rows = [
            ImportedMembershipFactory(
                user=readers[who],
                tier=tier,
                starts_on=JANUARY + timedelta(days=start),
                ends_on=JANUARY + timedelta(days=start + length),
                granted_at=NOON + timedelta(days=start),
            )
            for who, start, length in drawn
        ]
        expected = {
            row.pk
            for row in rows
            if not any(
                earlier.user == row.user
                and (earlier.granted_at, earlier.pk) < (row.granted_at, row.pk)
                and (row.starts_on - earlier.ends_on).days < 365
                for earlier in rows
            )
        }
        assert set(Membership.objects.of_newcomers().values_list("pk", flat=True)) == expected
