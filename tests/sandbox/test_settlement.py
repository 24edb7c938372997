"""Payments in one currency that Stripe settles in another."""

import urllib.error

import pytest

YEN = {"jpy": {"currency": "eur", "rate": "0.0061"}}


@pytest.fixture
def client(own_sandbox):
    own_sandbox.switch("settlement", YEN)
    return own_sandbox.client().v1


def charged(client, amount=1000, currency="jpy", token="pm_card_bypassPending"):
    wanted = {"amount": amount, "currency": currency, "payment_method": token, "confirm": True}
    intent = client.payment_intents.create(wanted)
    return client.charges.retrieve(intent.latest_charge, {"expand": ["balance_transaction"]})


def settled(movement):
    return movement.amount, movement.currency, movement.fee, movement.net, movement.exchange_rate


def test_charge_is_settled_at_the_rate_less_a_fee_in_that_currency(client):
    charge = charged(client)
    assert (charge.amount, charge.currency) == (1000, "jpy")
    assert settled(charge.balance_transaction) == (610, "eur", 48, 562, 0.61)
    assert [fee.currency for fee in charge.balance_transaction.fee_details] == ["eur"]


def test_currency_that_is_not_named_is_settled_as_itself(client):
    assert settled(charged(client, 2000, "eur").balance_transaction) == (2000, "eur", 88, 1912, None)


@pytest.mark.parametrize(
    ("amount", "currency", "as_", "rate", "expected"),
    [
        (1001, "jpy", "eur", "0.0061", (611, "eur", 48, 0.61)),
        (1050, "jpy", "eur", "0.0061", (641, "eur", 49, 0.61)),
        (10000, "kwd", "eur", "3.0045", (3005, "eur", 117, 0.30045)),
        (1000, "eur", "jpy", "163.95", (1640, "jpy", 78, 1.6395)),
        (1000, "usd", "eur", "0.9", (900, "eur", 56, 0.9)),
    ],
)
def test_amounts_are_converted_between_minor_units(own_sandbox, amount, currency, as_, rate, expected):
    own_sandbox.switch("settlement", {currency: {"currency": as_, "rate": rate}})
    moved = charged(own_sandbox.client().v1, amount, currency).balance_transaction
    assert (moved.amount, moved.currency, moved.fee, moved.exchange_rate) == expected


def test_refunds_are_settled_each_by_itself_and_at_the_rate_of_their_time(client, own_sandbox):
    charge = charged(client)
    first = client.refunds.create({"charge": charge.id, "amount": 333, "expand": ["balance_transaction"]})
    own_sandbox.switch("settlement", {"jpy": {"currency": "eur", "rate": "0.0070"}})

    rest = client.refunds.create({"charge": charge.id, "expand": ["balance_transaction"]})
    own_sandbox.switch("refund", {"refund": first.id, "status": "failed"})

    failed = client.refunds.retrieve(first.id, {"expand": ["failure_balance_transaction"]})
    assert (first.amount, first.currency) == (333, "jpy")
    assert settled(first.balance_transaction) == (-203, "eur", 0, -203, 0.61)
    assert settled(rest.balance_transaction) == (-467, "eur", 0, -467, 0.7)
    assert settled(failed.failure_balance_transaction) == (203, "eur", 0, 203, 0.61)


def test_dispute_is_settled_and_brings_back_what_it_took(client, own_sandbox):
    dispute = own_sandbox.switch("dispute", {"charge": charged(client).id})
    own_sandbox.switch("settlement", {})

    own_sandbox.switch("dispute/close", {"dispute": dispute["id"], "outcome": "won"})

    won = client.disputes.retrieve(dispute["id"])
    assert (won.amount, won.currency) == (1000, "jpy")
    assert [settled(one) for one in won.balance_transactions] == [
        (-610, "eur", 1500, -2110, 0.61),
        (610, "eur", 0, 610, 0.61),
    ]


def test_balance_and_payouts_know_only_what_things_were_settled_as(client, own_sandbox):
    charged(client)
    charged(client, 2000, "eur")

    [payout] = own_sandbox.switch("payout", {})["payouts"]
    own_sandbox.switch("settlement", {"eur": {"currency": "gbp", "rate": "0.85"}})
    own_sandbox.switch("payout/settle", {"payout": payout["id"], "status": "failed"})

    [purse] = client.balance.retrieve().available
    assert (payout["currency"], payout["amount"]) == ("eur", 562 + 1912)
    assert (purse.currency, purse.amount) == ("eur", 2474)


def test_rates_are_replaced_as_a_whole_and_forgotten_on_reset(client, own_sandbox):
    pounds = {"gbp": {"currency": "eur", "rate": "1.17"}}
    assert own_sandbox.switch("settlement", pounds) == pounds
    assert charged(client).balance_transaction.currency == "jpy"
    own_sandbox.reset()
    assert charged(client, 1000, "gbp").balance_transaction.currency == "gbp"


@pytest.mark.parametrize(
    "body",
    [
        {"jpy": "0.0061"},
        {"jpy": {"currency": "eur"}},
        {"jpy": {"currency": "eur", "rate": 0.0061}},
        {"jpy": {"currency": "eur", "rate": "-1"}},
        {"jpy": {"currency": "eur", "rate": "much"}},
        {"jpy": {"currency": "zzz", "rate": "1"}},
        {"zzz": {"currency": "eur", "rate": "1"}},
    ],
)
def test_rate_that_makes_no_sense_is_refused_and_nothing_changes(sandbox, body):
    with pytest.raises(urllib.error.HTTPError) as refusal:
        sandbox.switch("settlement", body)
    assert refusal.value.code == 400
    assert charged(sandbox.client().v1).balance_transaction.currency == "jpy"
