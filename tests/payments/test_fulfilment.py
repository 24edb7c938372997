import pytest

from members import fulfilment as delivery
from payments import fulfilment
from payments.enums import Purpose
from payments.fulfilment import fulfil, fulfils, unfulfilled_purposes
from payments.models import Payment


def test_every_purpose_has_its_one_function():
    assert unfulfilled_purposes() == []
    assert fulfilment._fulfillers == {
        Purpose.MEMBERSHIP: delivery.grant_membership,
        Purpose.GIFT: delivery.deliver_gift,
        Purpose.CONTRIBUTION: delivery.accept_contribution,
    }


def test_second_function_for_a_purpose_is_an_error():
    with pytest.raises(RuntimeError, match="grant_membership"):
        fulfils(Purpose.MEMBERSHIP)(lambda payment: None)


def test_payment_goes_to_the_function_of_its_purpose(monkeypatch):
    delivered = []
    monkeypatch.setitem(fulfilment._fulfillers, Purpose.GIFT, delivered.append)
    payment = Payment(purpose="gift")
    fulfil(payment)
    assert delivered == [payment]


def test_purpose_without_a_function_never_passes_in_silence(monkeypatch):
    monkeypatch.delitem(fulfilment._fulfillers, Purpose.GIFT)
    with pytest.raises(KeyError):
        fulfil(Payment(purpose="gift"))
