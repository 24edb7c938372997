"""Payouts: what the bank gets, what it was made of, and what is left in the balance."""

import urllib.error

import pytest
import stripe

HOUR = 60 * 60
DAY = 24 * HOUR


@pytest.fixture
def client(own_sandbox):
    return own_sandbox.client().v1


def charged(client, amount=2000, currency="eur", token="pm_card_bypassPending"):
    """The charge of a payment whose money can be paid out at once, unless its card is another."""
    wanted = {"amount": amount, "currency": currency, "payment_method": token, "confirm": True}
    return client.charges.retrieve(client.payment_intents.create(wanted).latest_charge)


def paid_out(sandbox, **wanted):
    return sandbox.switch("payout", wanted)["payouts"]


def members(client, payout):
    found = client.balance_transactions.list({"payout": payout["id"], "limit": 100}).auto_paging_iter()
    return [(one.type, one.net, one.currency) for one in found][::-1]


def purses(client, kind="available"):
    return {purse.currency: purse.amount for purse in getattr(client.balance.retrieve(), kind)}


def events_about(client, identifier):
    """Types of the events that carry the payout, oldest first."""
    found = client.events.list({"type": "payout.*", "limit": 100}).auto_paging_iter()
    return [event.type for event in found if event.data.object.id == identifier][::-1]


def test_automatic_payout_takes_exactly_what_is_available_in_its_currency(client, own_sandbox):
    for amount, currency in ((2000, "eur"), (3000, "eur"), (5000, "usd")):
        charged(client, amount, currency)
    charged(client, 9900, "eur", "pm_card_visa")

    euros, dollars = paid_out(own_sandbox)

    assert (euros["currency"], euros["amount"], euros["automatic"]) == ("eur", 1912 + 2883, True)
    assert (dollars["currency"], dollars["amount"]) == ("usd", 4825)
    assert members(client, euros) == [
        ("charge", 1912, "eur"),
        ("charge", 2883, "eur"),
        ("payout", -4795, "eur"),
    ]
    assert members(client, dollars) == [("charge", 4825, "usd"), ("payout", -4825, "usd")]
    assert purses(client) == {"eur": 0, "usd": 0}
    assert purses(client, "pending") == {"eur": 9900 - 317, "usd": 0}


def test_payout_of_one_currency_leaves_the_others(client, own_sandbox):
    charged(client, 2000, "eur")
    charged(client, 5000, "usd")
    [payout] = paid_out(own_sandbox, currency="usd")
    assert payout["currency"] == "usd"
    assert purses(client) == {"eur": 1912, "usd": 0}


def test_payout_of_all_lets_nothing_wait(client, own_sandbox):
    charged(client, 2000, token="pm_card_visa")
    assert paid_out(own_sandbox) == []
    [payout] = paid_out(own_sandbox, all=True)
    assert members(client, payout) == [("charge", 1912, "eur"), ("payout", -1912, "eur")]
    assert (purses(client), purses(client, "pending")) == ({"eur": 0}, {"eur": 0})


def test_next_payout_takes_only_what_came_since(client, own_sandbox):
    first_charge = charged(client, 2000)
    [first] = paid_out(own_sandbox)
    client.refunds.create({"charge": first_charge.id, "amount": 500})
    charged(client, 1000)

    [second] = paid_out(own_sandbox)

    assert members(client, second) == [
        ("refund", -500, "eur"),
        ("charge", 941, "eur"),
        ("payout", -441, "eur"),
    ]
    assert members(client, first) == [("charge", 1912, "eur"), ("payout", -1912, "eur")]
    assert paid_out(own_sandbox) == []


def test_nothing_is_paid_out_while_the_balance_is_negative(client, own_sandbox):
    charge = charged(client, 2000)
    paid_out(own_sandbox)
    client.refunds.create({"charge": charge.id})
    assert paid_out(own_sandbox) == []
    assert purses(client) == {"eur": -2000}


def test_automatic_payout_is_announced_with_what_it_is_made_of(client, own_sandbox):
    charged(client)
    [payout] = paid_out(own_sandbox)
    made, completed = client.events.list({"type": "payout.*"}).data[::-1]
    own = client.balance_transactions.retrieve(payout["balance_transaction"])
    assert (made.type, made.data.object.reconciliation_status) == ("payout.created", "in_progress")
    assert completed.type == "payout.reconciliation_completed"
    assert (payout["reconciliation_status"], payout["status"]) == ("completed", "pending")
    assert (own.amount, own.source, own.reporting_category) == (-1912, payout["id"], "payout")
    assert payout["arrival_date"] == (payout["created"] // DAY + 2) * DAY
    assert [key for key in payout if key.startswith("_")] == []


def test_payout_is_sent_and_arrives_by_itself(client, own_sandbox):
    charged(client)
    [payout] = paid_out(own_sandbox)
    own_sandbox.switch("clock", {"advance": HOUR})
    sent = client.payouts.retrieve(payout["id"]).status
    own_sandbox.switch("clock", {"to": payout["arrival_date"]})
    arrived = client.payouts.retrieve(payout["id"]).status
    assert (sent, arrived) == ("in_transit", "paid")
    assert events_about(client, payout["id"])[2:] == ["payout.updated", "payout.updated", "payout.paid"]


def test_payout_that_fails_comes_back_and_goes_out_with_the_next(client, own_sandbox):
    charged(client)
    [payout] = paid_out(own_sandbox)

    failing = {"payout": payout["id"], "status": "failed", "failure_code": "account_closed"}
    failed = own_sandbox.switch("payout/settle", failing)

    back = client.balance_transactions.retrieve(failed["failure_balance_transaction"])
    after_failure = purses(client)
    [again] = paid_out(own_sandbox)
    assert (failed["status"], failed["failure_code"]) == ("failed", "account_closed")
    assert failed["failure_message"] == "The bank account has been closed."
    assert (back.type, back.reporting_category, back.net) == ("payout_failure", "payout_reversal", 1912)
    assert (back.source, after_failure) == (payout["id"], {"eur": 1912})
    assert members(client, payout) == [("charge", 1912, "eur"), ("payout", -1912, "eur")]
    assert members(client, again) == [("payout_failure", 1912, "eur"), ("payout", -1912, "eur")]
    assert events_about(client, payout["id"])[2:] == ["payout.updated", "payout.updated", "payout.failed"]


def test_payout_that_was_paid_can_still_fail(client, own_sandbox):
    charged(client)
    [payout] = paid_out(own_sandbox)
    settle = {"payout": payout["id"]}
    paid = own_sandbox.switch("payout/settle", settle | {"status": "paid"})
    failed = own_sandbox.switch("payout/settle", settle | {"status": "failed"})
    assert (paid["status"], failed["status"], purses(client)) == ("paid", "failed", {"eur": 1912})
    with pytest.raises(urllib.error.HTTPError) as refusal:
        own_sandbox.switch("payout/settle", settle | {"status": "paid"})
    assert "cannot become paid" in refusal.value.read().decode()


def test_manual_payout_takes_its_amount_and_nobody_knows_of_what(client, own_sandbox):
    charged(client, 5000)

    payout = client.payouts.create({"amount": 1000, "currency": "eur", "metadata": {"for": "rent"}})

    assert (payout.automatic, payout.reconciliation_status) == (False, "not_applicable")
    assert (payout.metadata.to_dict(), purses(client)) == ({"for": "rent"}, {"eur": 3825})
    with pytest.raises(stripe.InvalidRequestError, match="only be filtered on automatic transfers"):
        client.balance_transactions.list({"payout": payout.id})
    [rest] = paid_out(own_sandbox)
    assert members(client, rest) == [
        ("charge", 4825, "eur"),
        ("payout", -1000, "eur"),
        ("payout", -3825, "eur"),
    ]


@pytest.mark.parametrize(
    ("amount", "code"), [(1913, "balance_insufficient"), (0, "parameter_invalid_integer")]
)
def test_manual_payout_of_what_is_not_there_is_refused(client, amount, code):
    charged(client)
    charged(client, 9900, token="pm_card_visa")
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.payouts.create({"amount": amount, "currency": "eur"})
    assert (refusal.value.code, purses(client)) == (code, {"eur": 1912})


def test_pending_payout_can_be_cancelled_and_a_sent_one_cannot(client, own_sandbox):
    charged(client, 5000)
    first, second = (client.payouts.create({"amount": 1000, "currency": "eur"}) for _ in range(2))
    own_sandbox.switch("payout/settle", {"payout": second.id, "status": "in_transit"})

    cancelled = client.payouts.cancel(first.id, {"expand": ["failure_balance_transaction"]})
    with pytest.raises(stripe.InvalidRequestError, match="Only a pending payout"):
        client.payouts.cancel(second.id)

    back = cancelled.failure_balance_transaction
    assert (cancelled.status, back.type, back.net) == ("canceled", "payout_cancel", 1000)
    assert (back.reporting_category, purses(client)) == ("payout_reversal", {"eur": 3825})
    assert events_about(client, first.id)[-2:] == ["payout.updated", "payout.canceled"]


def test_members_of_an_unknown_payout_are_refused(client):
    with pytest.raises(stripe.InvalidRequestError, match="No such payout: 'po_none'") as refusal:
        client.balance_transactions.list({"payout": "po_none"})
    assert (refusal.value.param, refusal.value.http_status) == ("payout", 400)


def test_payouts_are_listed_by_status_and_by_arrival(client, own_sandbox):
    charged(client, 2000)
    [first] = paid_out(own_sandbox)
    own_sandbox.switch("payout/settle", {"payout": first["id"], "status": "paid"})
    charged(client, 1000)
    [second] = paid_out(own_sandbox)
    arrival = {"arrival_date": {"lt": second["arrival_date"]}}
    assert [one.id for one in client.payouts.list({"status": "paid"}).data] == [first["id"]]
    assert [one.id for one in client.payouts.list().data] == [second["id"], first["id"]]
    assert client.payouts.list(arrival).data == []


def test_movements_are_filtered_by_type_currency_source_and_time(client):
    charge = charged(client, 2000)
    refund = client.refunds.create({"charge": charge.id})
    charged(client, 5000, "usd")
    newest = client.balance_transactions.list({"limit": 1}).data[0]

    def found(**wanted):
        return [(one.type, one.currency) for one in client.balance_transactions.list(wanted).data]

    assert found(type="refund") == [("refund", "eur")]
    assert found(currency="usd") == [("charge", "usd")]
    assert found(source=refund.id) == [("refund", "eur")]
    assert found(type="charge", currency="eur") == [("charge", "eur")]
    assert found(created={"gt": newest.created}) == []
    assert len(found(created={"gte": newest.created - 60})) == 3
