import pytest

from members.models import Membership
from members.selling.joining import start_signup
from payments.enums import CheckoutStatus
from payments.models import Checkout, Payment
from payments.reconciling import checkouts
from payments.reconciling.checkouts import reconcile_checkout, reconcile_soon
from tests.factories.members import PlanFactory
from tests.factories.payments import CheckoutFactory
from tests.support.stripe_side import StripeSide

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("books")]


@pytest.fixture
def rung(monkeypatch):
    found = []
    monkeypatch.setattr(checkouts, "ring", lambda task, pk, **how: found.append((task, pk, how)))
    return found


@pytest.fixture
def side(monkeypatch):
    """A signup whose page is open, and Stripe's side of it, which says that it is paid."""
    checkout = start_signup(plan=PlanFactory(), amount=1500, email="ada@example.org").checkout
    Checkout.objects.filter(pk=checkout.pk).update(session_id="cs_1")
    side = StripeSide(checkout)
    monkeypatch.setattr(checkouts.reading, "snapshot_of_session", {"cs_1": side.session()}.get)
    return side


def test_worker_is_rung_for_once_a_minute(rung):
    checkout = CheckoutFactory()
    for _ in range(3):
        reconcile_soon(checkout)
    assert rung == [("payments.tasks.reconcile_checkout", checkout.pk, {"delay": checkouts.PATIENCE})]


def test_paid_checkout_is_recorded_once(side):
    assert reconcile_checkout(side.checkout.pk) is True
    assert reconcile_checkout(side.checkout.pk) is False
    assert Checkout.objects.get().status == CheckoutStatus.PAID
    assert (Payment.objects.count(), Membership.objects.count()) == (1, 1)


def test_checkout_that_stripe_never_heard_of_is_left_alone():
    checkout = CheckoutFactory(session_id=None)
    assert reconcile_checkout(checkout.pk) is False
    assert Checkout.objects.get().status == CheckoutStatus.OPEN


def test_only_the_page_of_an_open_checkout_rings(client, side, rung):
    client.get(f"/thanks/{side.checkout.reference}/")
    assert [task for task, _, _ in rung] == ["payments.tasks.reconcile_checkout"]
    reconcile_checkout(side.checkout.pk)
    checkouts.cache.clear()
    client.get(f"/thanks/{side.checkout.reference}/")
    assert len(rung) == 1
