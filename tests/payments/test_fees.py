import pytest
from hypothesis import given, strategies as st

from payments.checks import check_card_fees
from payments.fees import CardFee, card_fee, fee_cover
from payments.money import Money


@given(net=st.integers(1, 10**9), rate=st.integers(0, 9_900), fixed=st.integers(0, 10_000))
def test_least_amount_that_leaves_the_newsroom_exactly_what_was_chosen(net, rate, fixed):
    fee = CardFee(rate=rate, fixed=fixed)
    gross = fee.grossed_up(net)
    assert gross - fee.of(gross) == net
    assert gross - 1 - fee.of(gross - 1) < net


@pytest.mark.parametrize(
    ("amount", "fee"), [(999, 29), (1000, 29), (1017, 29), (1018, 30), (50, 1), (17, 0), (18, 1)]
)
def test_half_a_unit_is_rounded_up(amount, fee):
    assert CardFee(rate=290, fixed=0).of(amount) == fee


@pytest.mark.parametrize(
    ("written", "currency", "fee"),
    [
        ("EUR=1.5%+0.25", "EUR", CardFee(150, 25)),
        (" USD=2.9%+0.30 ", "USD", CardFee(290, 30)),
        ("JPY=3.6%+0", "JPY", CardFee(360, 0)),
        ("GBP=12.05%+1", "GBP", CardFee(1205, 100)),
    ],
)
def test_fee_is_read_as_people_write_it(written, currency, fee):
    assert card_fee(written) == (currency, fee)


@pytest.mark.parametrize("written", ["", "EUR", "EUR=1.5", "EUR=1.555%+0.25", "eur=1%+0", "JPY=1%+0.5"])
def test_fee_that_nobody_can_read_is_found_at_start(written, settings):
    settings.CARD_FEES = [written]
    (error,) = check_card_fees()
    assert (error.id, written in error.msg) == ("payments.E006", True)


def test_what_a_reader_adds(settings):
    settings.CARD_FEES = ["EUR=1.5%+0.25"]
    assert fee_cover(Money(1000, "EUR")) == Money(41, "EUR")
    assert fee_cover(Money(1000, "USD")) is None
