from datetime import UTC, date, datetime, timedelta

import pytest

from payments.models import Payment
from payments.reports.period import Period
from tests.factories.payments import PaymentFactory

MIDNIGHT = datetime(2027, 2, 1, tzinfo=UTC)
MOMENTS = {
    "month before": MIDNIGHT - timedelta(days=31),
    "last instant before": MIDNIGHT - timedelta(microseconds=1),
    "midnight": MIDNIGHT,
    "month after": MIDNIGHT + timedelta(days=28),
}
FEBRUARY, MARCH = date(2027, 2, 1), date(2027, 3, 1)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("period", "before", "within"),
    [
        (Period(), set(), set(MOMENTS)),
        (Period(FEBRUARY), {"month before", "last instant before"}, {"midnight", "month after"}),
        (Period(None, FEBRUARY), set(), {"month before", "last instant before"}),
        (Period(FEBRUARY, MARCH), {"month before", "last instant before"}, {"midnight"}),
    ],
)
def test_period_is_half_open_and_of_utc_days(period, before, within):
    for name, moment in MOMENTS.items():
        PaymentFactory(charge_id=name, paid_at=moment)

    def names(rows):
        return set(Payment.objects.filter(rows).values_list("charge_id", flat=True))

    assert (names(period.before("paid_at")), names(period.within("paid_at"))) == (before, within)
    assert names(period.until_end("paid_at")) == before | within


@pytest.mark.parametrize("end_on", [FEBRUARY, FEBRUARY - timedelta(days=1)])
def test_period_of_no_day_is_refused(end_on):
    with pytest.raises(ValueError, match="2027-02-01 is not before"):
        Period(FEBRUARY, end_on)
