"""Money that leaves for the bank or comes in another currency, however the news of it reaches us."""

import pytest
from django.db.models import Sum

from payments.enums import Account, EntryKind, PayoutStatus
from payments.models import BalanceTransaction, Payout
from tests.factories.members import GiftOfferFactory, PlanFactory
from tests.support.at_stripe import ALL_NEWS
from tests.support.books import assert_agreed, balances, kinds

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.parametrize("news", ALL_NEWS, ids=lambda each: each.__name__),
]


def test_payout_takes_its_members_to_the_bank(at_stripe, news):
    checkout = at_stripe.join()
    at_stripe.give()
    at_stripe.api.refunds.create({"charge": at_stripe.charge_of(checkout).id, "amount": 100})
    at_stripe.switch("payout", {"all": True})
    news(at_stripe)
    payout = Payout.objects.get()
    at_stripe.switch("payout/settle", {"payout": payout.stripe_id, "status": "paid"})
    news(at_stripe)
    payout.refresh_from_db()
    assert payout.status == PayoutStatus.PAID
    assert set(BalanceTransaction.objects.values_list("payout", flat=True)) == {payout.pk}
    assert BalanceTransaction.objects.aggregate(off=Sum("net"))["off"] == 0
    left = balances()
    assert (Account.STRIPE_BALANCE, "EUR") not in left
    assert left[Account.BANK_CLEARING, "EUR"] == payout.amount
    assert_agreed()


def test_payout_that_the_bank_did_not_take_is_at_stripe_again(at_stripe, news):
    at_stripe.join()
    at_stripe.switch("payout", {"all": True})
    news(at_stripe)
    payout = Payout.objects.get()
    at_stripe.switch("payout/settle", {"payout": payout.stripe_id, "status": "failed"})
    news(at_stripe)
    payout.refresh_from_db()
    assert payout.status == PayoutStatus.FAILED
    assert payout.failure_code != ""
    assert kinds() == [EntryKind.PAYMENT, EntryKind.PAYOUT, EntryKind.PAYOUT_FAILED]
    left = balances()
    assert (Account.BANK_CLEARING, "EUR") not in left
    assert left[Account.STRIPE_BALANCE, "EUR"] == payout.amount
    assert_agreed()


def test_yen_settled_as_euros_go_and_come_back_at_stripes_rate(at_stripe, news):
    at_stripe.switch("settlement", {"jpy": {"currency": "eur", "rate": "0.0061"}})
    checkout = at_stripe.give(offer=GiftOfferFactory(currency="JPY", amount=9000))
    charge = at_stripe.charge_of(checkout)
    at_stripe.api.refunds.create({"charge": charge.id, "amount": 3000})
    news(at_stripe)
    moved = BalanceTransaction.objects.order_by("-gross")
    assert [(each.gross, each.currency) for each in moved] == [(5490, "EUR"), (-1830, "EUR")]
    assert str(moved[0].exchange_rate.normalize()) == "0.61"  # euro cents for a yen
    left = balances()
    assert left[Account.GIFT_LIABILITY, "JPY"] == -6000
    assert (left[Account.FX_CLEARING, "JPY"], left[Account.FX_CLEARING, "EUR"]) == (6000, -3660)
    dispute = at_stripe.switch("dispute", {"charge": charge.id, "amount": 6000})
    at_stripe.switch("dispute/close", {"dispute": dispute["id"], "outcome": "lost"})
    news(at_stripe)
    assert {account for account, _ in balances()} == {Account.STRIPE_BALANCE, Account.STRIPE_FEES}
    assert_agreed()


def test_each_currency_has_its_own_balance(at_stripe, news):
    for currency, amount in (("EUR", 1000), ("USD", 1500), ("JPY", 1200)):
        at_stripe.join(f"{currency}@example.org", plan=PlanFactory(currency=currency, amount=amount))
    at_stripe.switch("payout", {"all": True, "currency": "usd"})
    news(at_stripe)
    held = {currency for account, currency in balances() if account == Account.STRIPE_BALANCE}
    assert held == {"EUR", "JPY"}
    assert Payout.objects.get().currency == "USD"
    assert_agreed()
